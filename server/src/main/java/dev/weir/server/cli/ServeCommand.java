package dev.weir.server.cli;

import dev.weir.server.config.Config;
import dev.weir.server.config.ConfigFile;
import dev.weir.server.run.CannotStart;
import dev.weir.server.run.Clusters;
import dev.weir.server.run.Node;
import dev.weir.server.run.Stopper;
import dev.weir.server.run.Welcome;
import dev.weir.server.topics.Cluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir serve}: a server for a cluster of one's own. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Serves topics of a Kafka cluster. Only listed topics can be seen.",
            "Options win over the configuration file; `weir serve --example` prints one."
        })
final class ServeCommand implements Callable<Integer> {

    private static final int ADMIN_PORT = 8081;
    private static final int MOST_DRAIN = 3600;

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(names = "--config", paramLabel = "FILE", description = "a configuration in YAML")
    private @Nullable Path config;

    @Option(
            names = "--topics",
            paramLabel = "NAME",
            split = ",",
            description = "topics to serve, besides those of the configuration")
    private List<String> topics = List.of();

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "console, health and metrics, and the streams too; 0 takes a free one (default: 8081)")
    private @Nullable Integer adminPort;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            description = "over which time streams are ended at shutdown (default: 10)")
    private @Nullable Integer drain;

    @Option(names = "--example", description = "prints a configuration with comments, and exits")
    private boolean example;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (example) {
            spec.commandLine().getOut().print(ConfigFile.example());
            spec.commandLine().getOut().flush();
            return 0;
        }
        Config told = told();
        Stopper stopper = new Stopper();
        listen.forgetReadyFile();
        try (Node node = Node.listen(told, Map.of());
                Cluster cluster = Clusters.connect(told);
                Cluster all = Clusters.generate(told, cluster)) {
            node.serve(all);
            Set<String> missing = told.names();
            missing.removeAll(all.partitions(told.names()).keySet());
            if (!missing.isEmpty()) {
                spec.commandLine().getErr().println("weir: not on the cluster yet: " + String.join(", ", missing));
            }
            Serving.untilAsked(node.ready(told.bootstrap()), listen.readyFile, stopper, spec, ready -> {
                String read = first(told.names(), missing);
                String write = told.topics().isEmpty() ? "" : first(told.topics(), missing);
                return Welcome.text(ready, told.names(), List.of(), read, write);
            });
            node.close();
        } catch (CannotStart | InterruptedException failure) {
            if (!stopper.asked()) {
                throw failure;
            }
        }
        spec.commandLine().getErr().println("weir: ended");
        return 0;
    }

    private static String first(Set<String> topics, Set<String> missing) {
        return topics.stream()
                .filter(topic -> !missing.contains(topic))
                .findFirst()
                .orElse("TOPIC");
    }

    private Config told() {
        Config told = listen.over(config == null ? Config.DEFAULT : ConfigFile.read(config), spec)
                .withTopics(topics);
        ListenOptions.requireNumber(spec, "--admin-port", adminPort, ListenOptions.MOST_PORT);
        Config.Listeners at = told.listeners();
        int admin = adminPort != null ? adminPort : at.admin().orElse(ADMIN_PORT);
        if (told.names().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "no topics are listed; give --topics NAME, or topics: in --config FILE");
        }
        Set<String> twice = new TreeSet<>(told.topics());
        twice.retainAll(told.generators().keySet());
        if (!twice.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.join(", ", twice) + ": listed in topics, and a generator too; leave it out of topics");
        }
        if (told.needsKafka() && !told.kafka().containsKey(Config.BOOTSTRAP)) {
            throw new ParameterException(
                    spec.commandLine(), "no cluster is named; give --kafka HOST:PORT, or kafka: in --config FILE");
        }
        ListenOptions.requireNumber(spec, "--drain", drain, MOST_DRAIN);
        if (drain != null) {
            told = told.withDrain(Duration.ofSeconds(drain));
        }
        return told.with(new Config.Listeners(at.bind(), at.http(), at.grpc(), at.adminBind(), OptionalInt.of(admin)));
    }
}
