package dev.weir.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Servers that live side by side, and runs that measure them in turn, as often as there are repetitions: what is compared has met the
 * same moments of the machine. A word such as <code>{weir.http}</code> in a command stands for what that server, or one before it,
 * said when it was ready.
 *
 * @param name what {@code --only} takes
 * @param repetitions at least 1
 * @param rounds what is between repetitions
 */
record Scenario(String name, int repetitions, Rounds rounds, List<Server> servers, List<Run> runs) {

    private static final String JAR = "java -cp benchmarks/target/benchmarks.jar ";

    Scenario with(int otherRepetitions, Rounds otherRounds) {
        return new Scenario(name, otherRepetitions, otherRounds, servers, runs);
    }

    /** How one repetition follows another. */
    enum Rounds {
        /** The servers go on. */
        PLAIN,
        /** The servers go on, and a round before all others is not counted. */
        WARMED,
        /** The servers are started anew for each. */
        FRESH
    }

    /** How a server is started; {@code shown} is the command as people type it. */
    record Server(String name, List<String> command, String shown) {

        /** Weir by its own launcher, on free ports. */
        static Server weir(String name, List<String> launcher, String... options) {
            List<String> ports = new ArrayList<>(List.of("--http-port=0", "--grpc-port=0"));
            ports.add(options[0].equals("demo") ? "--kafka-port=0" : "--admin-port=0");
            return new Server(name, joined(launcher, List.of(options), ports), "./weir " + String.join(" ", options));
        }

        /** A class of the benchmarks that serves, and takes {@code flags} of the JVM. */
        static Server of(String name, Class<?> main, List<String> flags, String... options) {
            String shown = JAR.replace(
                    " -cp",
                    String.join("", flags.stream().map(flag -> " " + flag).toList()) + " -cp");
            return new Server(
                    name,
                    joined(Child.java(main, flags), List.of(options), List.of()),
                    shown + main.getName() + " " + String.join(" ", options));
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
        static Run load(String name, String server, String... options) {
            boolean grpc = List.of(options).contains("--transport=grpc");
            return new Run(
                    name,
                    server,
                    Rig.class,
                    joined(
                            List.of(options),
                            List.of((grpc ? "--grpc={" : "--http={") + server + (grpc ? ".grpc}" : ".http}")),
                            List.of("--server-pid={" + server + ".pid}")),
                    "./weir load " + String.join(" ", options) + (grpc ? " --grpc=HOST:PORT" : " --http=URL")
                            + " --server-pid=PID");
        }

        /** A Kafka consumer that throws everything away. */
        static Run consumer(String name, String broker, String... options) {
            return new Run(
                    name,
                    broker,
                    BareConsumer.class,
                    joined(List.of(options), List.of("--bootstrap={" + broker + ".kafka}"), List.of()),
                    JAR + BareConsumer.class.getName() + " " + String.join(" ", options) + " --bootstrap=HOST:PORT");
        }
    }

    private static List<String> joined(List<String> one, List<String> two, List<String> three) {
        return Stream.of(one, two, three).flatMap(List::stream).toList();
    }
}
