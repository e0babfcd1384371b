package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import dev.weir.hub.Pace;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code weir load}: many subscribers of one server, and what it costs to serve them. */
@Command(
        name = "weir load",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Reads a topic of measured events with many subscribers, checks that everything arrives whole and in",
            "order, and tells latencies, and of a server on this host what it spends."
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "    0  everything arrived, and every threshold is kept",
            "    2  the command line is wrong, or the server refuses what is asked",
            "    3  the run FAILED: events were lost, doubled, reordered or torn, or none arrived",
            "    4  a threshold is not kept",
            "   65  a threshold can't be read, can't be kept, or this run doesn't measure it",
            "   66  no process with the number of --server-pid, or none that listens",
            "   69  the server can't be reached",
            "   70  a failure of Weir's own",
            "   71  too few file descriptors",
            "   73  the file of --json can't be written",
            "  130  ended by Ctrl-C, with partial results (143: SIGTERM)"
        })
public final class Rig implements Callable<Integer> {

    /** What it warns of is told in the summary; a logger that nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    /** The exit code of a run that proves nothing, of the other tools too. */
    static final int FAILED = 3;

    private static final String FEWER = "choose fewer --subscribers";
    private static final int NOT_KEPT = 4;
    private static final int PATIENCE_MILLIS = 5_000;

    @Option(
            names = "--http",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "the server's HTTP, or a proxy's (default: ${DEFAULT-VALUE})")
    private String http = "";

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:50051",
            description = "the server's gRPC, or a proxy's (default: ${DEFAULT-VALUE})")
    private String grpc = "";

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "sse",
            description = "sse, ndjson, grpc, or several with commas between, one after the other (default: sse)")
    private List<Via> transports = List.of();

    @Option(names = "--topic", paramLabel = "NAME", defaultValue = "bench", description = "(default: bench)")
    private String topic = "";

    @Option(names = "--path", paramLabel = "PATH", description = "of HTTP, instead of /events/TOPIC or /streams/TOPIC")
    private String path = "";

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            defaultValue = "100",
            description = "streams; over HTTP each has a connection (default: ${DEFAULT-VALUE})")
    private int subscribers;

    @Option(
            names = "--connections",
            paramLabel = "M",
            description = "of gRPC, which all streams share (default: one for 100 streams)")
    private @Nullable Integer connections;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "before measuring (default: ${DEFAULT-VALUE})")
    private double warmup;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "of measuring; with --flat-out at most (default: ${DEFAULT-VALUE})")
    private double duration;

    @Option(names = "--slow", paramLabel = "SHARE", description = "the share of slow readers, 0 to 1")
    private double slow;

    @Option(
            names = "--slow-rate",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "what a slow reader takes a second (default: ${DEFAULT-VALUE})")
    private int slowRate;

    @Option(
            names = "--stalled",
            paramLabel = "SHARE",
            description = "the share of readers that take nothing after the head, 0 to 1")
    private double stalled;

    @Option(
            names = "--reconnect-storm",
            description = "cuts all connections at half time; they come back with their last ids")
    private boolean storm;

    @Option(
            names = "--resume",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "5",
            description = "each subscriber leaves and comes back about so often (without a number: ${FALLBACK-VALUE})")
    private double resume;

    @Option(
            names = "--flat-out",
            paramLabel = "N",
            description = "each subscriber reads N events from the earliest on, as fast as it can")
    private @Nullable Long limit;

    @Option(
            names = "--memory",
            paramLabel = "N",
            split = ",",
            description = "measures the memory of idle connections at several counts, such as 0,1000,5000")
    private List<Integer> steps = List.of();

    @Option(
            names = "--publish",
            paramLabel = "RATE",
            description =
                    "publishes so many events a second to the topic, over HTTP; without it the topic fills itself")
    private int rate;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "128",
            description = "of the data of each event that is published (default: ${DEFAULT-VALUE})")
    private int size;

    @Option(names = "--server-pid", paramLabel = "PID", description = "the server's process on this host")
    private @Nullable Long pid;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "that read (default: 1)")
    private int threads;

    @Option(names = "--json", paramLabel = "FILE", description = "writes everything as JSON")
    private @Nullable Path json;

    @Option(
            names = "--threshold",
            paramLabel = "WHAT",
            description = "such as 'p99<20ms', 'cpu<9us' or 'lost==0'; may be repeated")
    private List<String> thresholds = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final Interruption interruption;
    private final List<String> commandLine;

    Rig(Interruption interruption, String... commandLine) {
        this.interruption = interruption;
        this.commandLine = List.of(commandLine);
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        GRPC.setLevel(Level.OFF);
        Interruption interruption = Interruption.ofThisProcess();
        int code = run(interruption, printer(System.out), printer(System.err), args);
        interruption.told();
        System.exit(code);
    }

    static PrintWriter printer(PrintStream to) {
        return new PrintWriter(to, true, to.charset());
    }

    static int run(Interruption interruption, PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new Rig(interruption, args));
        return command.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((wrong, words) -> CannotMeasure.told(wrong, err))
                .setExecutionExceptionHandler((failure, rig, result) -> CannotMeasure.told(failure, err))
                .execute(args);
    }

    @Override
    public Integer call() throws Exception {
        Watch watch = pid == null ? null : new Watch(pid);
        List<Plan> plans = new ArrayList<>();
        for (Via via : transports) {
            plans.add(plan(via));
        }
        Set<Metric> measured = EnumSet.allOf(Metric.class);
        plans.forEach(plan -> measured.retainAll(Metric.measuredBy(plan, watch != null)));
        List<Threshold> wanted = thresholds.stream()
                .map(threshold -> Threshold.parse(threshold, measured))
                .toList();
        Threshold.requirePossible(wanted);
        if (watch != null) {
            watch.requireServer();
        }
        for (Plan plan : plans) {
            Descriptors.require(Path.of("/proc/self"), "this process", plan.sockets(), FEWER);
            if (pid != null) {
                Descriptors.require(Path.of("/proc", pid.toString()), "the server", plan.sockets(), FEWER);
            }
            reach(plan);
        }
        return measure(plans, watch, wanted);
    }

    private int measure(List<Plan> plans, @Nullable Watch watch, List<Threshold> wanted) {
        ResultFile file = new ResultFile(commandLine, plans.size());
        write(file);
        boolean failed = false;
        boolean kept = true;
        for (Plan plan : plans) {
            if (interruption.asked()) {
                break;
            }
            Result result;
            try (Progress progress = Progress.onTerminal()) {
                result = new Load(plan, watch, interruption, progress).run();
            }
            Summary.print(result, wanted, spec.commandLine().getOut());
            file.add(result, wanted);
            failed |= !result.failures().isEmpty();
            kept &= wanted.stream()
                    .allMatch(threshold -> threshold.keptBy(result.figures().get(threshold.metric())));
            write(file);
        }
        return failed ? FAILED : kept ? 0 : NOT_KEPT;
    }

    private void write(ResultFile file) {
        if (json != null) {
            file.writeTo(json);
        }
    }

    private Plan plan(Via via) {
        require("--subscribers", subscribers, subscribers >= 1, "1 or more");
        require("--connections", connections, connections == null || connections >= 1, "1 or more");
        require("--warmup", warmup, warmup >= 0, "0 or more seconds");
        require("--duration", duration, duration > 0, "more than 0 seconds");
        require("--slow", slow, slow >= 0 && slow <= 1, "0 to 1");
        require("--slow-rate", slowRate, slowRate >= 1, "1 or more bytes a second");
        require("--stalled", stalled, stalled >= 0 && slow + stalled <= 1, "0 to 1, together with --slow");
        require("--resume", resume, resume >= 0, "0 or more seconds");
        require("--flat-out", limit, limit == null || limit >= 1, "1 or more events");
        require("--publish", rate, rate >= 0 && rate <= Pace.MOST_RATE, "0 to " + Pace.MOST_RATE);
        require("--size", size, size >= 0 && size <= Pace.MOST_SIZE, "0 to " + Pace.MOST_SIZE);
        require("--threads", threads, threads >= 1, "1 or more");
        if (!steps.isEmpty() && pid == null) {
            throw wrong("--memory: needs --server-pid, the process whose memory is measured");
        }
        for (int i = 0; i < steps.size(); i++) {
            int least = i == 0 ? 0 : steps.get(i - 1) + 1;
            require("--memory", steps.get(i), steps.get(i) >= least, "growing counts, such as 0,1000,5000");
        }
        alone("--flat-out", "--slow", "--stalled", "--reconnect-storm", "--publish", "--warmup");
        alone("--memory", "--flat-out", "--reconnect-storm", "--publish", "--warmup", "--duration", "--subscribers");
        int most = steps.isEmpty() ? subscribers : steps.getLast();
        return new Plan(
                via,
                via == Via.GRPC ? uri("--grpc", grpc.contains("://") ? grpc : "http://" + grpc) : uri("--http", http),
                topic,
                via == Via.GRPC ? "" : path,
                most,
                connections == null ? 1 + Math.max(0, most - 1) / 100 : connections,
                duration(warmup),
                duration(duration),
                slow,
                slowRate,
                stalled,
                storm,
                duration(resume),
                limit == null ? 0 : limit,
                steps,
                threads,
                new Plan.Publishing(uri("--http", http), new Pace(rate, size, 0)));
    }

    private void alone(String option, String... others) {
        ParseResult given = spec.commandLine().getParseResult();
        for (String other : others) {
            if (given.hasMatchedOption(option) && given.hasMatchedOption(other)) {
                throw wrong(option + ": can't be combined with " + other);
            }
        }
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static void require(String option, @Nullable Object value, boolean right, String allowed) {
        if (!right) {
            throw wrong(option + "=" + value + ": allowed is " + allowed);
        }
    }

    private static CannotMeasure wrong(String message) {
        return new CannotMeasure(CannotMeasure.USAGE, message);
    }

    private static URI uri(String option, String text) {
        try {
            URI uri = URI.create(text);
            int port = uri.getPort() < 0 && option.equals("--http") ? 80 : uri.getPort();
            if (uri.getHost() != null
                    && port > 0
                    && "http".equals(uri.getScheme())
                    && uri.getRawPath().length() <= "/".length()
                    && uri.getRawQuery() == null) {
                return URI.create("http://" + uri.getHost() + ":" + port);
            }
        } catch (IllegalArgumentException malformed) {
            // told below, like one without a host
        }
        throw wrong(option + "=" + text + ": allowed is one without TLS and without a path, such as "
                + (option.equals("--http") ? "http://127.0.0.1:8080; --path names another path" : "127.0.0.1:50051"));
    }

    private static void reach(Plan plan) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(plan.server().getHost(), plan.server().getPort()), PATIENCE_MILLIS);
        } catch (IOException unreachable) {
            throw new CannotMeasure(
                    CannotMeasure.UNREACHABLE,
                    "no server answers at " + plan.server().getAuthority() + " (" + unreachable.getMessage()
                            + "); start one, or choose another " + (plan.via() == Via.GRPC ? "--grpc" : "--http"));
        }
    }
}
