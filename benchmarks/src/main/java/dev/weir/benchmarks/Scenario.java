package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Servers that live side by side, and runs that measure them in turn, as often as there are repetitions: what is compared has met the
 * same moments of the machine. A word such as <code>{weir.http}</code> in a command stands for what that server, or one before it,
 * said when it was ready, and <code>{round.before}</code> for how many rounds these servers have had.
 *
 * @param name what {@code --only} takes
 * @param repetitions at least 1
 * @param rounds what is between repetitions
 */
record Scenario(String name, int repetitions, Rounds rounds, List<Server> servers, List<Run> runs) {

    Scenario with(int otherRepetitions, Rounds otherRounds) {
        return new Scenario(name, otherRepetitions, otherRounds, servers, runs);
    }

    /** How one repetition follows another. */
    enum Rounds {
        /** The servers go on. */
        PLAIN(0),
        /** The servers go on, and two rounds before all others are not counted. */
        WARMED(2),
        /** The same with three: where little is sent, or in bursts, the compiler takes its time. */
        LONG_WARMED(3),
        /** The servers are started anew for each. */
        FRESH(0);

        private final int uncounted;

        Rounds(int uncounted) {
            this.uncounted = uncounted;
        }

        int uncounted() {
            return uncounted;
        }
    }

    /**
     * How a server is started.
     *
     * @param command a word such as <code>{own.ready}</code> stands for a file of this server alone
     * @param shown the command as people type it
     * @param files how many files it must be able to open for each connection: a listener of Weir takes but a share of them
     * @param baseline whether it is what Weir is compared with
     */
    record Server(String name, List<String> command, String shown, double files, boolean baseline) {

        private static final double ALONE = 1.5;
        private static final double BESIDE_ADMIN = 3;

        /** Weir by its own launcher, on free ports. */
        static Server weir(String name, List<String> launcher, String... options) {
            List<String> own = List.of("--http-port=0", "--grpc-port=0", "--ready-file={own.ready}");
            boolean demo = options[0].equals("demo");
            List<String> more = demo ? List.of("--kafka-port=0", "--data={own.data}") : List.of("--admin-port=0");
            return new Server(
                    name,
                    joined(launcher, List.of(options), own, more),
                    "./weir " + String.join(" ", options),
                    demo ? ALONE : BESIDE_ADMIN,
                    false);
        }

        /** A class of the benchmarks that serves as an application of Weir would, and takes {@code flags} of the JVM. */
        static Server application(String name, Class<?> main, List<String> flags, String... options) {
            return new Server(
                    name, joined(Child.java(main, flags), List.of(options)), java(main, flags, options), ALONE, false);
        }

        /** One of the servers that Weir is compared with. */
        static Server baseline(String name, String... options) {
            return new Server(
                    name,
                    joined(Child.java(Baseline.class, List.of()), List.of(options)),
                    java(Baseline.class, List.of(), options),
                    1,
                    true);
        }
    }

    /**
     * One measurement of one server, which writes a result as {@code weir load --json} does.
     *
     * @param name such as {@code sse} or {@code nio}; together with its scenario's name nothing else is called so
     * @param tool what measures, a class with a main method
     * @param options of the tool
     */
    record Run(String name, String server, Class<?> tool, List<String> options, String shown) {

        /** A run of the load rig. */
        static Run load(String name, String server, Via via, String... options) {
            boolean grpc = via == Via.GRPC;
            List<String> all =
                    joined(List.of("--transport=" + via.toString().toLowerCase(Locale.ROOT)), List.of(options));
            return new Run(
                    name,
                    server,
                    Rig.class,
                    joined(
                            all,
                            List.of((grpc ? "--grpc={" : "--http={") + server + (grpc ? ".grpc}" : ".http}")),
                            List.of("--server-pid={" + server + ".pid}")),
                    "./weir load " + String.join(" ", all) + (grpc ? " --grpc=HOST:PORT" : " --http=URL")
                            + " --server-pid=PID");
        }

        /** A Kafka consumer that throws everything away. */
        static Run consumer(String name, String broker, String... options) {
            return new Run(
                    name,
                    broker,
                    BareConsumer.class,
                    joined(List.of(options), List.of("--bootstrap={" + broker + ".kafka}")),
                    java(BareConsumer.class, List.of(), options) + " --bootstrap=HOST:PORT");
        }
    }

    /** The most files that a process of its runs opens, or must be able to open. */
    int files() {
        return runs.stream()
                .mapToInt(run -> (int) (connections(run) * server(run).files()))
                .max()
                .orElse(0);
    }

    private static int connections(Run run) {
        return run.options().stream()
                .filter(option -> option.startsWith("--subscribers=") || option.startsWith("--memory="))
                .flatMap(option ->
                        Stream.of(option.substring(option.indexOf('=') + 1).split(",")))
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(0);
    }

    /** Where a run's server is started. */
    Server server(Run run) {
        return servers.stream()
                .filter(one -> one.name().equals(run.server()))
                .findFirst()
                .orElseThrow();
    }

    /** Whether what a run measures is no Weir, but what Weir is compared with. */
    boolean baseline(Run run) {
        return run.tool() == BareConsumer.class || server(run).baseline();
    }

    /** A class of the benchmarks as people start it. */
    private static String java(Class<?> main, List<String> flags, String... options) {
        List<String> path = List.of("-cp", "benchmarks/target/benchmarks.jar", main.getName());
        return String.join(" ", joined(List.of("java"), flags, path, List.of(options)));
    }

    @SafeVarargs
    private static List<String> joined(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
