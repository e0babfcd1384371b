package dev.weir.server.cli;

import dev.weir.Refusal;
import dev.weir.server.config.ConfigException;
import dev.weir.server.run.CannotStart;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir}: the commands, and what their exit codes mean. */
@Command(
        name = "weir",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Kafka topics as live streams: server-sent events, NDJSON and gRPC.",
            "Processes of their own measure: see `weir load --help` and `weir bench --help`."
        },
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            TailCommand.class,
            PublishCommand.class,
            TopicsCommand.class,
            WeirCommand.Completion.class,
            HelpCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "    0  done; a server that was ended by Ctrl-C or SIGTERM, cleanly",
            "    2  the command line, the configuration or the request is wrong",
            "   69  unavailable: a busy port, a broker or a server that doesn't answer",
            "   70  a failure of Weir's own",
            "  130  ended by Ctrl-C; a server: by the second one, at once (143: SIGTERM)"
        })
public final class WeirCommand implements Runnable {

    static final int USAGE = 2;
    static final int UNAVAILABLE = 69;
    static final int INTERNAL = 70;

    private static final Logger LOG = System.getLogger(WeirCommand.class.getName());

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Made by picocli. */
    public WeirCommand() {}

    /**
     * Runs a command. Blocks until it is done.
     *
     * @param args the command line
     * @return the exit code
     */
    public static int run(String... args) {
        return new CommandLine(new WeirCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, result) -> failed(failure, command))
                .setUsageHelpWidth(110)
                .execute(args);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int failed(Exception failure, CommandLine command) {
        command.getErr().println("weir: " + message(failure));
        return switch (failure) {
            case ConfigException wrong -> USAGE;
            case CannotStart unavailable -> UNAVAILABLE;
            case Refusal refused -> refused.code().retryable() ? UNAVAILABLE : USAGE;
            default -> {
                LOG.log(Level.ERROR, "the command failed", failure);
                yield INTERNAL;
            }
        };
    }

    private static String message(Exception failure) {
        return failure instanceof ConfigException || failure instanceof CannotStart || failure instanceof Refusal
                ? String.valueOf(failure.getMessage())
                : "failed: " + failure;
    }

    /** Prints what a shell needs to complete Weir's command line. */
    @Command(
            name = "completion",
            mixinStandardHelpOptions = true,
            description = {"Prints a completion script for bash and zsh:", "  source <(weir completion)"})
    static final class Completion implements Runnable {

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public void run() {
            CommandLine root = spec.root().commandLine();
            spec.commandLine().getOut().println(AutoComplete.bash("weir", root));
        }
    }
}
