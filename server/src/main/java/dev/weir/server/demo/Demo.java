package dev.weir.server.demo;

import dev.weir.EventSource;
import dev.weir.embedded.kafka.BrokerException;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.server.config.Config;
import dev.weir.server.run.CannotStart;
import dev.weir.server.run.Clusters;
import dev.weir.server.run.Node;
import dev.weir.server.run.Ports;
import dev.weir.server.topics.Cluster;
import java.io.File;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The demo: a broker of its own in this process, unless a cluster is named, and topics that tell of real things. Closing it ends all
 * in the order in which nothing is lost: streams, listeners, figures, clients of Kafka, broker.
 */
public final class Demo implements AutoCloseable {

    /** The streams that are made for who reads them. */
    public static final List<String> STREAMS = List.of(Checksums.NAME, FileTail.NAME, Report.NAME, Tokens.NAME);

    /** Where the log can be downloaded. */
    private static final String LOGS = "logs";

    private static final long LARGE_LOG = 1 << 20;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private Demo() {}

    /**
     * Starts everything. Blocks until clients can connect.
     *
     * @param config listeners and, if a cluster is to be used, its properties
     * @param broker the broker's data and port, used if no cluster is named
     * @return the server within the demo, which is closed with it
     * @throws CannotStart a port is taken, or the cluster does not answer
     * @throws InterruptedException the process is to end
     */
    public static Started start(Config config, EmbeddedKafka.Settings broker) throws InterruptedException {
        Ports.requireFree(config.listeners());
        boolean own = config.kafka().isEmpty();
        if (own) {
            Ports.requireFree("--kafka-port", "host for the broker", broker.host(), broker.port());
        }
        Demo demo = new Demo();
        Path log = log(broker.data());
        LogFile figures = new LogFile(log, LARGE_LOG);
        Config offered = config.withTopics(DemoTopics.ALL)
                .withAccessTopic(DemoTopics.ACCESS)
                .withFiles(LOGS, Objects.requireNonNull(log.getParent()));
        Checksums checksums = demo.keep(new Checksums(libraries()));
        CompletableFuture<Node> listening = listen(
                offered,
                Map.of(
                        Checksums.NAME, checksums,
                        Tokens.NAME, new Tokens(),
                        Report.NAME, new Report(),
                        FileTail.NAME, new FileTail(log)));
        try {
            Config found = own ? offered.withBootstrap(demo.own(broker).bootstrap()) : offered;
            Cluster cluster = demo.keep(Clusters.connect(found));
            DemoTopics.create(found);
            demo.keep(new Figures(cluster, figures));
            Cluster all = demo.keep(Clusters.generate(found, cluster));
            Node node = demo.keep(await(listening));
            node.serve(all);
            return new Started(demo, node, found);
        } catch (RuntimeException | InterruptedException failure) {
            listening.thenAccept(Node::close);
            demo.close();
            throw failure;
        }
    }

    /** Beside the data of the broker, which knows no other files than its own. */
    private static Path log(Path data) {
        return data.toAbsolutePath()
                .resolveSibling(data.getFileName() + "-logs")
                .resolve("system.log");
    }

    /** The folder of this program's parts: there is one on every machine. */
    private static Path libraries() {
        Path part = Path.of(System.getProperty("java.class.path").split(File.pathSeparator, 2)[0])
                .toAbsolutePath();
        Path parts = part.resolveSibling("lib");
        return Files.isDirectory(parts) ? parts : Objects.requireNonNull(part.getParent());
    }

    private static CompletableFuture<Node> listen(Config config, Map<String, EventSource> offered) {
        CompletableFuture<Node> listening = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("weir-listen").start(() -> {
            try {
                listening.complete(Node.listen(config, offered));
            } catch (RuntimeException failure) {
                listening.completeExceptionally(failure);
            }
        });
        return listening;
    }

    private static Node await(CompletableFuture<Node> listening) {
        try {
            return listening.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof CannotStart told ? told : failure;
        }
    }

    private EmbeddedKafka own(EmbeddedKafka.Settings settings) {
        try {
            return keep(EmbeddedKafka.start(settings));
        } catch (BrokerException failure) {
            String change = failure.getCause() instanceof BindException
                    ? "; choose another --kafka-port"
                    : "; its directory is --data";
            throw new CannotStart("the demo's broker: " + failure.getMessage() + change);
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        parts.forEach(part -> {
            try {
                part.close();
            } catch (Exception failure) {
                System.getLogger(Demo.class.getName())
                        .log(System.Logger.Level.WARNING, "a part of the demo did not end cleanly", failure);
            }
        });
        parts.clear();
    }

    /**
     * A demo that runs.
     *
     * @param demo ends it all when closed
     * @param node the server
     * @param config what it offers, and the cluster
     */
    public record Started(Demo demo, Node node, Config config) {}
}
