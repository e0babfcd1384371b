package dev.weir.server.cli;

import dev.weir.hub.Pace;
import dev.weir.server.config.Config;
import dev.weir.server.run.Ready;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options that every server has. What isn't given is left to the configuration. */
final class ListenOptions {

    static final int MOST_PORT = 65_535;

    @Option(names = "--http-port", paramLabel = "PORT", description = "HTTP; 0 takes a free one (default: 8080)")
    @Nullable
    Integer httpPort;

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "gRPC; 0 takes a free one (default: 50051)")
    @Nullable
    Integer grpcPort;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "where HTTP and gRPC listen (default: 127.0.0.1)")
    @Nullable
    String bind;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "a broker of the cluster to use, or several with commas between")
    @Nullable
    String kafka;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "written when everything accepts connections: one JSON object with pid, http, grpc, kafka;"
                    + " removed at the end")
    @Nullable
    Path readyFile;

    @Option(
            names = "--bench-topic",
            arity = "0..1",
            paramLabel = "RATE[xSIZE][+BURST]",
            fallbackValue = "100x128",
            converter = BenchPace.class,
            description =
                    "a topic `bench` in memory that fills itself: events in a second, bytes of data in each, events at"
                            + " once at the start (alone: ${FALLBACK-VALUE})")
    @Nullable
    Pace benchTopic;

    @Option(
            names = "--bench-kafka",
            arity = "0..1",
            paramLabel = "RATE[xSIZE][+BURST]",
            fallbackValue = "100x128",
            converter = BenchPace.class,
            description = "the same through a topic `bench-kafka` of the cluster")
    @Nullable
    Pace benchKafka;

    /** What an earlier server left must not be taken for this one's. */
    void forgetReadyFile() {
        if (readyFile != null) {
            Ready.forget(readyFile);
        }
    }

    Config over(Config config, CommandSpec spec) {
        requireNumber(spec, "--http-port", httpPort, MOST_PORT);
        requireNumber(spec, "--grpc-port", grpcPort, MOST_PORT);
        Config.Listeners listeners = config.listeners();
        Config told = config.with(new Config.Listeners(
                bind == null ? listeners.bind() : bind,
                httpPort == null ? listeners.http() : httpPort,
                grpcPort == null ? listeners.grpc() : grpcPort,
                listeners.adminBind(),
                listeners.admin()));
        if (benchTopic != null) {
            told = told.withGenerator("bench", new Config.Generated(benchTopic, OptionalInt.empty(), false));
        }
        if (benchKafka != null) {
            told = told.withGenerator("bench-kafka", new Config.Generated(benchKafka, OptionalInt.empty(), true));
        }
        return kafka == null ? told : told.withBootstrap(kafka);
    }

    /** An option that was not given is right. */
    static void requireNumber(CommandSpec spec, String option, @Nullable Integer number, int most) {
        if (number != null && (number < 0 || number > most)) {
            throw new ParameterException(
                    spec.commandLine(), option + " " + number + ": allowed are whole numbers from 0 to " + most);
        }
    }
}
