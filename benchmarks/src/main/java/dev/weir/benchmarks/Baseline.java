package dev.weir.benchmarks;

import dev.weir.hub.Pace;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Servers to measure Weir against, each in a process of its own. They send the events of {@link dev.weir.hub.Generator} on the paths
 * and methods of Weir, so that the same load measures both.
 */
@Command(
        name = "baseline",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Serves generated events until it is killed, as plainly as the name says.")
public final class Baseline {

    static final byte[] HEAD = """
            HTTP/1.1 200 OK\r
            Content-Type: text/event-stream\r
            Cache-Control: no-cache\r
            Transfer-Encoding: chunked\r
            Connection: close\r
            \r
            """.getBytes(StandardCharsets.US_ASCII);

    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern LIMIT = Pattern.compile("[?&]limit=(\\d{1,12})");

    private Baseline() {}

    /**
     * Runs one, and prints {@code ready http://127.0.0.1:PORT pid N} once it accepts connections.
     *
     * @param args its name and options; {@code --help} tells more
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Baseline())
                .setExecutionExceptionHandler((failure, command, result) -> {
                    command.getErr().println("baseline: " + failure.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(args));
    }

    /** As long as an id of a Weir topic with one partition is. */
    static String id(long seq) {
        return "1.AAAAAA.BBBBBB." + HEX.toHexDigits(seq, 8);
    }

    /** What a request or its query says of a limit; 0 for none. */
    static long limit(String request) {
        Matcher limit = LIMIT.matcher(request);
        return limit.find() ? Long.parseLong(limit.group(1)) : 0;
    }

    /** What is sent, and where. */
    static final class Options {

        @Option(names = "--port", defaultValue = "0", description = "0 takes a free one (default: ${DEFAULT-VALUE})")
        int port;

        @Option(names = "--rate", defaultValue = "100", description = "events in a second (default: ${DEFAULT-VALUE})")
        int rate;

        @Option(names = "--size", defaultValue = "128", description = "bytes of data (default: ${DEFAULT-VALUE})")
        int size;

        @Option(
                names = "--burst",
                defaultValue = "0",
                description = "events at once at the start, which streams with a limit begin with (default: 0)")
        int burst;

        Pace pace() {
            return new Pace(rate, size, burst);
        }
    }

    @Command(name = "nio", description = "One selector thread that writes bytes which were encoded once: the limit.")
    Integer nio(
            @Mixin Options options,
            @Option(
                            names = "--joined",
                            arity = "0..1",
                            paramLabel = "EVENTS",
                            defaultValue = "1",
                            fallbackValue = "" + Integer.MAX_VALUE,
                            description = "so many events in one write at the most; alone: all that are due")
                    int joined)
            throws Exception {
        return serve(() -> new NioServer(options.port, options.pace(), joined));
    }

    @Command(name = "sse-sink", description = "Helidon's own SseSink, fed from a queue for each client.")
    Integer sseSink(@Mixin Options options) throws Exception {
        return serve(() -> new SinkServer(options.port, options.pace()));
    }

    @Command(name = "grpc", description = "A StreamObserver of grpc-java for each stream, with generated messages.")
    Integer grpc(@Mixin Options options) throws Exception {
        return serve(() -> ObserverServer.netty(options.port, options.pace()));
    }

    @Command(name = "grpc-helidon", description = "The same service on Helidon's gRPC.")
    Integer grpcHelidon(@Mixin Options options) throws Exception {
        return serve(() -> ObserverServer.helidon(options.port, options.pace()));
    }

    @Command(name = "kafka", description = "A Kafka consumer and a thread for each client.")
    Integer kafka(
            @Option(names = "--port", defaultValue = "0", description = "0 takes a free one") int port,
            @Option(names = "--bootstrap", required = true, description = "HOST:PORT of a broker") String bootstrap,
            @Option(names = "--topic", required = true, description = "a topic with one partition") String topic)
            throws Exception {
        return serve(() -> new ConsumerServer(port, bootstrap, topic));
    }

    private static Integer serve(Callable<Served> baseline) throws Exception {
        try (Served served = baseline.call()) {
            System.out.println("ready http://127.0.0.1:" + served.port() + " pid "
                    + ProcessHandle.current().pid());
            new CountDownLatch(1).await();
        }
        return 0;
    }

    /** A server that runs. */
    interface Served extends AutoCloseable {

        int port();

        @Override
        void close();
    }
}
