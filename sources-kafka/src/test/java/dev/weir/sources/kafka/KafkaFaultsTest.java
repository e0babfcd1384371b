package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is paused, comes late, has lost the tail of its log, or holds batches that are broken on its disk. */
@Timeout(120)
class KafkaFaultsTest {

    /** Base offset and length of a batch, before what the length counts. */
    private static final int BATCH_HEAD = 12;

    @TempDir
    static Path data;

    private static ChildKafka broker;

    private final List<Reading> open = new ArrayList<>();
    private KafkaCluster cluster;
    private String topic;

    @BeforeAll
    static void start() {
        broker = ChildKafka.launch(EmbeddedKafka.Settings.in(data));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        cluster = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
        broker.createTopic(topic, 1, Map.of());
    }

    @AfterEach
    void close() {
        open.forEach(Reading::close);
        cluster.close();
    }

    private Reading open(String query) {
        Reading reading = Reading.open(cluster, topic, query);
        open.add(reading);
        return reading;
    }

    private void publish(int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int n = from; n < to; n++) {
            batch.add(Event.of("number", "" + n).withKey(Bytes.utf8("k" + n)));
        }
        cluster.publish(topic, batch);
    }

    private KafkaProducer<String, String> transactional() {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", topic, "linger.ms", "1000"),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private Path log() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.endsWith(Path.of(topic + "-0", "00000000000000000000.log")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Flips bits in the last record of batches, so that their checksums are wrong. */
    private static void damage(Path log, Set<Long> bases) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(log));
        for (int at = 0; at < all.capacity(); ) {
            int end = at + BATCH_HEAD + all.getInt(at + Long.BYTES);
            if (bases.contains(all.getLong(at))) {
                all.put(end - 3, (byte) ~all.get(end - 3));
            }
            at = end;
        }
        Files.write(log, all.array());
    }

    @Test
    void e7_whatCannotBeReadIsAGapAndReadingGoesOnBehindIt() throws Exception {
        Reading live = open("from=latest");
        try (KafkaProducer<String, String> producer = transactional()) {
            producer.beginTransaction();
            int number = 0;
            for (int length : new int[] {2, 5, 100, 1, 1, 2}) {
                for (int n = 0; n < length; n++) {
                    producer.send(new ProducerRecord<>(topic, "" + number++));
                }
                producer.flush();
            }
            broker.stop();
            damage(log(), Set.of(2L, 7L, 108L));
            broker.start();
            producer.commitTransaction();
        }
        Stage.await("the return is noticed", Duration.ofSeconds(10), cluster::available);
        Reading history = open("from=earliest&until=latest");
        for (Reading reading : List.of(live, history)) {
            assertThat(reading.numbers(2)).containsExactly(0, 1);
            Signal.Gap first = gap(reading, 2, 7);
            gap(reading, 7, 107);
            assertThat(reading.numbers(1)).containsExactly(107);
            gap(reading, 108, 109);
            assertThat(reading.numbers(2)).containsExactly(109, 110);
            Reading again = open("after=" + first.id());
            gap(again, 7, 107);
            assertThat(again.numbers(1)).containsExactly(107);
        }
        assertThat(history.next()).isInstanceOf(Signal.End.class);
        assertThat(cluster.damage().count()).isEqualTo(3);
    }

    private static Signal.Gap gap(Reading reading, long from, long to) throws InterruptedException {
        Signal signal = reading.next();
        assertThat(signal).isInstanceOfSatisfying(Signal.Gap.class, gap -> {
            assertThat(gap.reason()).isEqualTo(Signal.Reason.ITEM_FAILED);
            assertThat(gap.partition()).isZero();
            assertThat(gap.from()).isEqualTo(from);
            assertThat(gap.to()).isEqualTo(to);
            assertThat(gap.count()).isEmpty();
        });
        return (Signal.Gap) signal;
    }
}
