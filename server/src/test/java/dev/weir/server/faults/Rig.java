package dev.weir.server.faults;

import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A broker in a process of its own, and a server for its topics in another. Most experiments share one. */
final class Rig implements AutoCloseable {

    /** Topics that every server of a rig serves, whether they exist or not: {@code e01} to {@code e64}. */
    private static final List<String> TOPICS = Stream.concat(
                    Stream.of("access"), IntStream.rangeClosed(1, 66).mapToObj("e%02d"::formatted))
            .toList();

    final ChildKafka kafka;
    private final Path directory;
    private final @Nullable FaultyProxy network;
    private @Nullable Server server;

    private Rig(Path directory, @Nullable FaultyProxy network, EmbeddedKafka.Settings settings) {
        this.directory = directory;
        this.network = network;
        kafka = ChildKafka.launch(settings);
        if (network != null) {
            network.leadTo(kafka.bootstrap());
        }
        kafka.createTopic("access", 1, Map.of());
    }

    static Rig open() {
        Path directory = temporary();
        return new Rig(directory, null, settings(directory));
    }

    /** All clients reach the broker through {@link #network}, because the address that it tells them is the proxy's. */
    static Rig behindProxy() {
        Path directory = temporary();
        FaultyProxy network = FaultyProxy.to("127.0.0.1:1");
        return new Rig(
                directory, network, settings(directory).with("advertised.listeners", "BROKER://" + network.address()));
    }

    private static EmbeddedKafka.Settings settings(Path directory) {
        return EmbeddedKafka.Settings.in(directory.resolve("kafka"))
                .with("transaction.max.timeout.ms", "60000")
                .with("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000")
                .with("log.cleaner.backoff.ms", "500")
                .with("log.retention.check.interval.ms", "1000");
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("weir-faults");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The server that is shared; started when it is first asked for. */
    Server server() {
        Server present = server;
        if (present == null) {
            present = start(Server.Ports.FREE);
            server = present;
        }
        return present;
    }

    /** One more server, for an experiment that ends it. */
    Server start(Server.Ports ports) {
        return Server.start(directory, bootstrap(), ports, TOPICS);
    }

    /** One more server, with a heap of its own, such as {@code 512m}. */
    Server start(String heap) {
        return Server.start(directory, bootstrap(), Server.Ports.FREE, TOPICS, heap);
    }

    Path directory() {
        return directory;
    }

    FaultyProxy network() {
        if (network == null) {
            throw new IllegalStateException("this rig has no proxy");
        }
        return network;
    }

    String bootstrap() {
        return network == null ? kafka.bootstrap() : network.address();
    }

    /** An empty topic, in the place of one of that name if there is one. */
    void topic(String name, int partitions, Map<String, String> config) {
        kafka.deleteTopic(name);
        kafka.createTopic(name, partitions, config);
    }

    VerifiableProducer producer(String topic, int partitions, int size) {
        return new VerifiableProducer(bootstrap(), topic, partitions, size);
    }

    /** One more producer of a topic, on the same ledger. */
    VerifiableProducer producer(
            VerifiableProducer other, String topic, int partitions, int size, Map<String, Object> more) {
        return new VerifiableProducer(bootstrap(), topic, partitions, size, other.ledger, more);
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        kafka.close();
        if (network != null) {
            network.close();
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException left) {
            throw new UncheckedIOException(left);
        }
    }
}
