package dev.weir.benchmarks;

import static dev.weir.client.RemoteSource.Via.GRPC;
import static dev.weir.client.RemoteSource.Via.NDJSON;
import static dev.weir.client.RemoteSource.Via.SSE;

import dev.weir.benchmarks.Scenario.Rounds;
import dev.weir.benchmarks.Scenario.Run;
import dev.weir.benchmarks.Scenario.Server;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is measured, and how long.
 *
 * @param launcher the command that Weir's own commands follow
 * @param repetitions of each run
 * @param rounds what is between them where servers live on
 * @param warmup seconds before each
 * @param duration seconds of each
 * @param share of the full number of events where each reads so many, 0 to 1
 * @param crowd share of the full number of subscribers, 0 to 1
 * @param idle counts of idle connections
 */
record Scenarios(
        List<String> launcher,
        int repetitions,
        Rounds rounds,
        double warmup,
        double duration,
        double share,
        double crowd,
        List<Integer> idle) {

    static final String LIVE = "1000x100";
    static final String CALM = "1000x10";
    static final String MANY = "5000x10";
    static final String FLAT_OUT = "flat-out";
    static final String IDLE = "idle";
    static final String KAFKA = "kafka";
    static final String EXPORT = "export";

    /** The runs that show Weir's transports beside one another, in scenarios that have them. */
    static final List<String> TRANSPORTS = List.of("sse", "ndjson", "grpc", "grpc-each");

    /** Streams of gRPC share connections, as programs do that have many; over HTTP each has its own. */
    private static final String SHARED = "--connections=10";

    /** Two thirds of them are a listener's, and a few more are open already. */
    private static final int FOR_TWENTY_THOUSAND = 30_500;

    private static final String TOPIC = "--topic=bench-kafka";
    private static final int RECORDS = 1_000_000;
    private static final int EXPORT_STREAMS = 100;
    private static final int EXPORT_EVENTS = 3_200;
    private static final int EXPORT_SIZE = 16_384;

    /**
     * Everything, in a little less than an hour.
     *
     * @param descriptors how many files a process may open, which bounds the idle connections; 0 if there is no bound
     */
    static Scenarios full(List<String> launcher, long descriptors) {
        int step = descriptors == 0 || descriptors > FOR_TWENTY_THOUSAND ? 5_000 : 2_500;
        return new Scenarios(launcher, 3, Rounds.WARMED, 5, 15, 1, 1, List.of(0, step, 2 * step, 3 * step, 4 * step));
    }

    /** What fits into four minutes. */
    static Scenarios quick(List<String> launcher) {
        return new Scenarios(launcher, 3, Rounds.PLAIN, 0.5, 1.5, 0.1, 1, List.of(0, 1_500, 3_000));
    }

    /** In the order in which they run. */
    List<Scenario> all() {
        return List.of(
                live(), steady(CALM, 1_000, 10), steady(MANY, 5_000, 10), flatOut(), waiting(), kafka(), export());
    }

    /** Those that a quick look has. */
    List<Scenario> few() {
        return List.of(
                without(live(), "sse-stalled", "ndjson-stalled", "sse-sink", "grpc-each", "grpc-helidon"),
                without(flatOut(), "grpc-each", "grpc-1000", "grpc-observer"),
                waitingBriefly(),
                export().with(1, Rounds.PLAIN));
    }

    /** 1,000 at 100 a second: every transport, its baselines, and a crowd with stalled readers in it. */
    private Scenario live() {
        String[] steady = lasting(subscribers(1_000));
        String[] shared = with(steady, SHARED);
        return new Scenario(
                LIVE,
                repetitions,
                rounds,
                List.of(
                        serve("100x128"),
                        baseline("nio", 100, 0),
                        baseline("sse-sink", 100, 0),
                        baseline("grpc", 100, 0),
                        baseline("grpc-helidon", 100, 0)),
                List.of(
                        Run.load("sse", "weir", SSE, steady),
                        Run.load("nio", "nio", SSE, steady),
                        Run.load("ndjson", "weir", NDJSON, steady),
                        Run.load("sse-stalled", "weir", SSE, with(steady, "--stalled=0.1")),
                        Run.load("ndjson-stalled", "weir", NDJSON, with(steady, "--stalled=0.1")),
                        Run.load("sse-sink", "sse-sink", SSE, steady),
                        Run.load("grpc", "weir", GRPC, shared),
                        Run.load("grpc-observer", "grpc", GRPC, shared),
                        Run.load("grpc-helidon", "grpc-helidon", GRPC, shared),
                        Run.load("grpc-each", "weir", GRPC, with(steady, "--connections=" + crowd(1_000)))));
    }

    private Scenario steady(String name, int subscribers, int rate) {
        String[] steady = lasting(subscribers(subscribers));
        return new Scenario(
                name,
                repetitions,
                patient(),
                List.of(serve(rate + "x128"), baseline("nio", rate, 0)),
                List.of(
                        Run.load("sse", "weir", SSE, steady),
                        Run.load("nio", "nio", SSE, steady),
                        Run.load("ndjson", "weir", NDJSON, steady)));
    }

    /** Over HTTP so many that the rig's own start does not count; over gRPC a quarter of them takes as long. */
    private Scenario flatOut() {
        int burst = part(200_000);
        String[] readers = {subscribers(100), "--flat-out=" + burst, "--duration=60"};
        String[] few = {subscribers(100), "--flat-out=" + part(50_000), "--duration=60"};
        String[] streams = {subscribers(1_000), SHARED, "--flat-out=" + part(5_000), "--duration=60"};
        return new Scenario(
                FLAT_OUT,
                repetitions,
                rounds,
                List.of(
                        serve("0x128+" + burst),
                        Server.baseline("nio", paced("nio", 0, burst, "--joined")),
                        baseline("grpc", 0, burst)),
                List.of(
                        Run.load("sse", "weir", SSE, readers),
                        Run.load("nio-joined", "nio", SSE, readers),
                        Run.load("ndjson", "weir", NDJSON, readers),
                        Run.load("grpc", "weir", GRPC, with(few, SHARED)),
                        Run.load("grpc-each", "weir", GRPC, with(few, "--connections=" + crowd(100))),
                        Run.load("grpc-1000", "weir", GRPC, streams),
                        Run.load("grpc-observer", "grpc", GRPC, streams)));
    }

    /** A listener of {@code serve} takes a third of the descriptors, the one of {@code demo} two: so a demo, and its broker elsewhere. */
    private Scenario waiting() {
        String[] demo = {"demo", "--kafka={broker.kafka}", "--bench-topic=0x128"};
        return new Scenario(
                IDLE,
                repetitions,
                Rounds.FRESH,
                List.of(
                        Server.weir("broker", launcher, "demo"),
                        Server.weir("weir", launcher, demo),
                        Server.weir("weir-ndjson", launcher, demo),
                        Server.weir("weir-grpc", launcher, demo),
                        baseline("nio", 0, 0)),
                List.of(
                        Run.load("sse", "weir", SSE, memory()),
                        Run.load("nio", "nio", SSE, memory()),
                        Run.load("ndjson", "weir-ndjson", NDJSON, memory()),
                        Run.load("grpc", "weir-grpc", GRPC, memory(), SHARED)));
    }

    private Scenario waitingBriefly() {
        return new Scenario(
                IDLE, 1, Rounds.FRESH, List.of(serve("0x128")), List.of(Run.load("sse", "weir", SSE, memory())));
    }

    private String memory() {
        return "--memory=" + String.join(",", idle.stream().map(String::valueOf).toList());
    }

    /** What is read from Kafka: by one, as fast as it goes and live, and live by many, for whom Weir reads it once. */
    private Scenario kafka() {
        int records = part(RECORDS);
        String[] replay = {TOPIC, "--subscribers=1", "--flat-out=" + records, "--duration=60"};
        String[] live = lasting(TOPIC);
        return new Scenario(
                KAFKA,
                repetitions,
                patient(),
                List.of(
                        Server.weir("broker", launcher, "demo", "--bench-kafka=100x128+" + records),
                        Server.weir("weir", launcher, "serve", "--kafka={broker.kafka}", "--topics=bench-kafka"),
                        Server.baseline("consumers", "kafka", "--bootstrap={broker.kafka}", TOPIC)),
                List.of(
                        Run.load("replay", "weir", SSE, replay),
                        Run.consumer(
                                "replay-consumer", "broker", TOPIC, "--records=" + records, "--before={round.before}"),
                        Run.load("live", "weir", SSE, with(live, "--subscribers=1")),
                        Run.consumer("live-consumer", "broker", live),
                        Run.load("many", "weir", SSE, with(live, subscribers(100))),
                        Run.load("many-consumers", "consumers", SSE, with(live, subscribers(100)))));
    }

    private Scenario export() {
        return new Scenario(
                EXPORT,
                repetitions,
                Rounds.FRESH,
                List.of(Server.application("weir", ExportServer.class, List.of("-Xmx64m"), "--size=" + EXPORT_SIZE)),
                List.of(Run.load(
                        "sse",
                        "weir",
                        SSE,
                        subscribers(EXPORT_STREAMS),
                        "--flat-out=" + part(EXPORT_EVENTS),
                        "--duration=300")));
    }

    /** Between rounds of servers that are slow to warm up. */
    private Rounds patient() {
        return rounds == Rounds.WARMED ? Rounds.LONG_WARMED : rounds;
    }

    private static Scenario without(Scenario scenario, String... names) {
        List<Run> runs = scenario.runs().stream()
                .filter(one -> !Set.of(names).contains(one.name()))
                .toList();
        if (runs.size() + names.length != scenario.runs().size()) {
            throw new IllegalArgumentException(scenario.name() + " has not all of " + List.of(names));
        }
        return new Scenario(
                scenario.name(),
                scenario.repetitions(),
                scenario.rounds(),
                scenario.servers().stream()
                        .filter(server ->
                                runs.stream().anyMatch(one -> one.server().equals(server.name())))
                        .toList(),
                runs);
    }

    private Server serve(String pace) {
        return Server.weir("weir", launcher, "serve", "--bench-topic=" + pace);
    }

    private static Server baseline(String kind, int rate, int burst) {
        return Server.baseline(kind, paced(kind, rate, burst));
    }

    private static String[] paced(String kind, int rate, int burst, String... more) {
        return with(new String[] {kind, "--rate=" + rate, "--size=128", "--burst=" + burst}, more);
    }

    private String[] lasting(String... options) {
        return with(options, "--warmup=" + seconds(warmup), "--duration=" + seconds(duration));
    }

    private String subscribers(int number) {
        return "--subscribers=" + crowd(number);
    }

    private int crowd(int number) {
        return (int) Math.max(10, number * crowd);
    }

    private int part(int number) {
        return (int) Math.max(1, number * share);
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds).replace(".0", "");
    }

    private static String[] with(String[] options, String... more) {
        return Stream.of(options, more).flatMap(Stream::of).toArray(String[]::new);
    }
}
