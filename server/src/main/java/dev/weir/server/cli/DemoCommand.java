package dev.weir.server.cli;

import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.server.config.Config;
import dev.weir.server.demo.Demo;
import dev.weir.server.run.Stopper;
import dev.weir.server.run.Welcome;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir demo}: everything on this host, with topics that tell of real things. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a Kafka broker, a server and a console on this host.",
            "Topics: system (this host's figures), access (the access log), clock, playground (yours)."
        })
final class DemoCommand implements Callable<Integer> {

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "the demo's own broker; 0 takes a free one (default: ${DEFAULT-VALUE})")
    private int kafkaPort;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description = "where the demo's broker keeps its data (default: target/demo of this build)")
    private Path data = Path.of(System.getProperty("weir.home", "."), "target", "demo");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        Stopper stopper = new Stopper();
        listen.forgetReadyFile();
        ListenOptions.requireNumber(spec, "--kafka-port", kafkaPort, ListenOptions.MOST_PORT);
        Config config = listen.over(Config.DEFAULT, spec).withDrain(Duration.ZERO);
        err.println(
                config.kafka().isEmpty()
                        ? "weir: starting a Kafka broker and the server"
                        : "weir: starting the server");
        EmbeddedKafka.Settings broker = EmbeddedKafka.Settings.in(data).withPort(kafkaPort);
        try {
            Demo.Started started = Demo.start(config, broker);
            try (Demo demo = started.demo()) {
                Serving.untilAsked(
                        started.node().ready(started.config().bootstrap()),
                        listen.readyFile,
                        stopper,
                        spec,
                        ready -> Welcome.text(ready, started.config().names(), Demo.STREAMS, "clock", "playground"));
            }
        } catch (RuntimeException | InterruptedException failure) {
            if (!stopper.asked()) {
                throw failure;
            }
        }
        err.println("weir: ended");
        return 0;
    }
}
