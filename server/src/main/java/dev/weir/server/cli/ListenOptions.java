package dev.weir.server.cli;

import dev.weir.server.config.Config;
import dev.weir.server.run.Ready;
import java.nio.file.Path;
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
