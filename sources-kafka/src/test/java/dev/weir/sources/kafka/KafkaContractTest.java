package dev.weir.sources.kafka;

import dev.weir.EventSource;
import dev.weir.Publisher;
import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.hub.Retention;
import dev.weir.tck.SourceContract;
import dev.weir.tck.SourceHarness;
import dev.weir.tck.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real broker, which is a process of its own so that it can be stopped. Node 1 holds very little in memory. */
class KafkaContractTest implements SourceContract, SourceHarness {

    @TempDir
    static Path data;

    private static ChildKafka broker;

    private List<KafkaCluster> nodes;

    @BeforeAll
    static void start() {
        broker = ChildKafka.launch(EmbeddedKafka.Settings.in(data));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect() {
        KafkaSettings settings = KafkaSettings.of(broker.bootstrap());
        nodes = List.of(
                new KafkaCluster(settings),
                new KafkaCluster(settings.withRetention(new Retention(64, 1 << 20, Duration.ZERO))));
    }

    @Override
    @AfterEach
    public void close() {
        nodes.forEach(KafkaCluster::close);
    }

    @Override
    public SourceHarness sourceHarness() {
        return this;
    }

    @Override
    public void create(String topic, int partitions) {
        broker.createTopic(topic, partitions, Map.of());
    }

    @Override
    public EventSource source(String topic, int node) {
        return nodes.get(node).topic(topic);
    }

    @Override
    public Publisher publisher() {
        return nodes.get(0);
    }

    @Override
    public boolean interruptible() {
        return true;
    }

    @Override
    public void interrupt() {
        broker.stop();
        Stage.await(
                "the outage is noticed",
                Duration.ofSeconds(20),
                () -> nodes.stream().noneMatch(KafkaCluster::available));
    }

    @Override
    public void heal() {
        broker.start();
        Stage.await(
                "the return is noticed",
                Duration.ofSeconds(20),
                () -> nodes.stream().allMatch(KafkaCluster::available));
    }
}
