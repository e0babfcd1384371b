package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.hub.Retention;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What a log of Kafka's has beside records: open transactions, markers, holes, and a start that moves. */
class KafkaLogTest extends KafkaFixture {

    private void publish(int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int n = from; n < to; n++) {
            batch.add(Event.of("number", "" + n));
        }
        cluster.publish(topic, batch);
    }

    private KafkaProducer<String, String> transactional(int timeoutMillis) {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "transactional.id",
                        topic,
                        "transaction.timeout.ms",
                        timeoutMillis),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private Lag lag() {
        return cluster.lags().getOrDefault(topic, new Lag(-1, -1));
    }

    @Test
    void d4_aHangingTransactionHoldsAStreamThatLivesUntilTheBrokerAbortsIt() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open("from=latest");
        publish(0, 2);
        assertThat(live.numbers(2)).containsExactly(0, 1);
        try (Sources sources = new Sources().register(topic, cluster.topic(topic));
                Cursor watched = sources.open(
                        Subscription.parse(topic + "?heartbeat=1&from=latest", Bytes.EMPTY, Reading.CALLER));
                KafkaProducer<String, String> hanging = transactional(8_000)) {
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>(topic, "2"));
            hanging.flush();
            publish(3, 10);
            Stage.await("the metric shows what is held back", Duration.ofSeconds(7), () -> lag().equals(new Lag(0, 8)));
            assertThat(live.cursor().poll()).isNull();
            Stage.await(
                    "a heartbeat while it hangs",
                    Duration.ofSeconds(3),
                    () -> watched.poll() instanceof Signal.Heartbeat);
            assertThat(live.numbers(7)).containsExactly(3, 4, 5, 6, 7, 8, 9);
            Stage.await("the metric goes back", Duration.ofSeconds(7), () -> lag().equals(new Lag(0, 0)));
        }
    }

    @Test
    void d5_markersAndAbortedRecordsAreNoGapsForThoseWhoResumeBesideThem() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        List<String> ids = new ArrayList<>();
        Reading live = open("from=earliest");
        try (KafkaProducer<String, String> producer = transactional(60_000)) {
            for (int n = 0; n < 8; n++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "" + n));
                if (n % 4 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        publish(8, 9);
        for (int expected : new int[] {0, 4, 8}) {
            Signal signal = live.next();
            assertThat(signal)
                    .isInstanceOfSatisfying(
                            Event.class, event -> assertThat(Stage.text(event)).isEqualTo("" + expected));
            ids.add(signal.id());
        }
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            for (String query : List.of("after=", "on-gap=fail&after=")) {
                assertThat(Stage.text((Event) open(other, query + ids.get(0)).next()))
                        .isEqualTo("4");
                assertThat(Stage.text((Event) open(other, query + ids.get(1)).next()))
                        .isEqualTo("8");
            }
            open.forEach(Reading::close);
            open.clear();
        }
    }

    @Test
    void d5_holesOfCompactionAreNoGapsForThoseWhoResumeInsideThem() throws Exception {
        broker.createTopic(
                topic,
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.ms", "200",
                        "min.cleanable.dirty.ratio", "0.01",
                        "min.compaction.lag.ms", "0",
                        "max.compaction.lag.ms", "100"));
        Reading first = open("from=earliest");
        for (int n = 0; n < 20; n++) {
            cluster.publish(topic, List.of(Event.of("number", "" + n).withKey(Bytes.utf8(n < 2 ? "a" + n : "same"))));
        }
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            ids.add(first.next().id());
        }
        // The active segment is never cleaned: what comes later rolls it, once it is old enough.
        Stage.await("the log has holes", Duration.ofSeconds(30), () -> {
            cluster.publish(topic, List.of(Event.of("number", "20").withKey(Bytes.utf8("last"))));
            return history().equals(List.of(0, 1, 19, 20));
        });
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            for (int n : new int[] {1, 2, 9, 18}) {
                Signal next = open(other, "on-gap=fail&after=" + ids.get(n)).next();
                assertThat(next)
                        .isInstanceOfSatisfying(
                                Event.class,
                                event -> assertThat(Stage.text(event))
                                        .as("after %s", n)
                                        .isEqualTo("19"));
            }
            open.forEach(Reading::close);
            open.clear();
        }
    }

    private List<Integer> history() {
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
                Reading reading = Reading.open(other, topic, "from=earliest&until=latest")) {
            return reading.rest().stream().distinct().toList();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void g1_whatRetentionTakesBelowASlowSubscriberIsAGap() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        KafkaSettings tiny =
                KafkaSettings.of(broker.bootstrap()).withRetention(new Retention(4, 1 << 20, Duration.ZERO));
        try (KafkaCluster node = new KafkaCluster(tiny)) {
            Reading slow = open(node, "from=latest");
            Reading quick = open(node, "from=latest");
            publish(0, 3_000);
            assertThat(slow.numbers(1)).containsExactly(0);
            assertThat(quick.numbers(3_000)).endsWith(2_999);
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2_900)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
            List<Integer> seen = new ArrayList<>();
            Signal.Gap gap = null;
            while (!seen.contains(2_999)) {
                Signal signal = slow.next();
                if (signal instanceof Signal.Gap told) {
                    assertThat(gap).as("one gap").isNull();
                    assertThat(told.reason()).isEqualTo(Signal.Reason.RETENTION);
                    assertThat(told.from()).isEqualTo(seen.isEmpty() ? 1 : seen.getLast() + 1);
                    assertThat(told.to()).isEqualTo(2_900);
                    gap = told;
                } else {
                    seen.add(Integer.parseInt(Stage.text((Event) signal)));
                }
            }
            assertThat(gap).isNotNull();
            long from = gap.from();
            assertThat(seen)
                    .containsExactlyElementsOf(IntStream.range(1, 3_000)
                            .filter(n -> n < from || n >= 2_900)
                            .boxed()
                            .toList());
            open.forEach(Reading::close);
            open.clear();
        }
    }
}
