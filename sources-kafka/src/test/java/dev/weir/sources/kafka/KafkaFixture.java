package dev.weir.sources.kafka;

import dev.weir.embedded.kafka.EmbeddedKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tests with a broker in the process have in common: for each class a broker, for each test a cluster and a topic's name. */
@Timeout(60)
abstract class KafkaFixture {

    @TempDir
    static Path data;

    static EmbeddedKafka broker;
    static Admin admin;

    /** Closed after the test, unless it takes them out. */
    final List<Reading> open = new ArrayList<>();

    KafkaCluster cluster;
    String topic;

    /** Cleans and times out sooner than Kafka does by itself, so that tests need not wait. */
    @BeforeAll
    static void start() {
        broker = EmbeddedKafka.start(EmbeddedKafka.Settings.in(data)
                .with("log.cleaner.backoff.ms", "200")
                .with("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"));
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @BeforeEach
    void connect(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        cluster = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
    }

    @AfterEach
    void close() {
        open.forEach(Reading::close);
        cluster.close();
    }

    Reading open(String query) {
        return open(cluster, query);
    }

    Reading open(KafkaCluster node, String query) {
        Reading reading = Reading.open(node, topic, query);
        open.add(reading);
        return reading;
    }
}
