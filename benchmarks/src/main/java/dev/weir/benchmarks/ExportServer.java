package dev.weir.benchmarks;

import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Sources;
import dev.weir.hub.Generator;
import dev.weir.transport.sse.SseTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Weir in an application of one's own: a topic {@code bench} that is made anew, event by event, for each who reads it. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Serves an endless lazy stream for each subscriber over server-sent events until it is killed.")
public final class ExportServer implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "0", description = "0 takes a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--size", defaultValue = "16384", description = "bytes of data (default: ${DEFAULT-VALUE})")
    private int size;

    ExportServer() {}

    /**
     * Runs it, and prints {@code ready http://127.0.0.1:PORT pid N} once it accepts connections.
     *
     * @param args the options; {@code --help} tells them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ExportServer()).execute(args));
    }

    /** Each stream has a generator of its own; the subscriber's limit ends it. */
    static EventSource endless(int size) {
        return subscription -> Cold.run(out -> {
            for (long seq = 0; ; seq++) {
                out.emit(Event.of(null, Generator.data(Tally.unixNanos(), seq, size)));
            }
        });
    }

    @Override
    public Integer call() throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Sources sources = new Sources().register("bench", endless(size));
                var endpoint = new SseTransport().open(sources, address)) {
            System.out.println("ready http://127.0.0.1:" + endpoint.address().getPort() + " pid "
                    + ProcessHandle.current().pid());
            new CountDownLatch(1).await();
        }
        return 0;
    }
}
