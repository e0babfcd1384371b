package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.hub.Position;
import dev.weir.hub.Retention;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What only Kafka has: transactions, retention, topics that are made anew, records that are too large. */
class KafkaTopicTest extends KafkaFixture {

    private void publish(int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int n = from; n < to; n++) {
            batch.add(Event.of("number", "" + n).withKey(Bytes.utf8("k" + n % 5)));
        }
        cluster.publish(topic, batch);
    }

    private KafkaProducer<String, String> transactional() {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", topic),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    @Test
    void d4_abortedRecordsAreNotDeliveredAndTheirHolesAreNoGaps() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open(cluster, "from=latest");
        try (KafkaProducer<String, String> producer = transactional()) {
            for (int n = 0; n < 6; n++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "" + n));
                if (n % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        assertThat(live.numbers(3)).containsExactly(0, 2, 4);
        Reading history = open(cluster, "from=earliest&until=latest");
        for (int expected : new int[] {0, 2, 4}) {
            assertThat(Stage.text((Event) history.next())).isEqualTo("" + expected);
        }
        assertThat(history.next()).isInstanceOf(Signal.End.class);
        String last = history.cursor().position();
        publish(6, 7);
        assertThat(open(cluster, "after=" + last).numbers(1)).containsExactly(6);
    }

    @Test
    void d4_anOpenTransactionHoldsReadersAtTheLastStableOffset() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        publish(0, 2);
        try (KafkaProducer<String, String> producer = transactional()) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "2"));
            producer.flush();
            publish(3, 4);
            Reading until = open(cluster, "from=earliest&until=latest");
            assertThat(until.numbers(2)).containsExactly(0, 1);
            assertThat(until.next()).isInstanceOf(Signal.End.class);
            Reading live = open(cluster, "from=earliest");
            assertThat(live.numbers(2)).containsExactly(0, 1);
            producer.commitTransaction();
            assertThat(live.numbers(2)).containsExactly(2, 3);
        }
    }

    @Test
    void g1_whatRetentionHasTakenIsAGapOrARefusal() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        publish(0, 10);
        String early = open(cluster, "from=earliest").next().id();
        admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(6)))
                .all()
                .get(10, TimeUnit.SECONDS);
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            Reading reading = open(other, "after=" + early);
            assertThat(reading.next()).isInstanceOfSatisfying(Signal.Gap.class, gap -> {
                assertThat(gap.reason()).isEqualTo(Signal.Reason.RETENTION);
                assertThat(gap.from()).isEqualTo(1);
                assertThat(gap.to()).isEqualTo(6);
            });
            assertThat(reading.numbers(4)).containsExactly(6, 7, 8, 9);
            assertThatThrownBy(() -> open(other, "on-gap=fail&after=" + early))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.POSITION_EXPIRED));
            reading.close();
            open.remove(reading);
        }
    }

    @Test
    void i5_aTopicMadeAnewIsNotReadAtTheOldPosition() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        publish(0, 5);
        String old = open(cluster, "from=earliest").next().id();
        broker.deleteTopic(topic);
        broker.createTopic(topic, 1, Map.of());
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            other.publish(topic, List.of(Event.of("number", "100")));
            Reading reading = open(other, "after=" + old);
            assertThat(reading.next())
                    .isInstanceOfSatisfying(
                            Signal.Gap.class, gap -> assertThat(gap.reason()).isEqualTo(Signal.Reason.TOPIC_RECREATED));
            assertThat(reading.numbers(1)).containsExactly(100);
            assertThatThrownBy(() -> open(other, "on-gap=fail&after=" + old))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.CONFLICT));
            reading.close();
            open.remove(reading);
        }
    }

    @Test
    void i5_aTopicMadeAnewWhileItIsReadStopsItsReadersAndTellsThemWhenTheyComeBack() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open(cluster, "from=latest");
        publish(0, 5);
        assertThat(live.numbers(5)).endsWith(4);
        broker.deleteTopic(topic);
        broker.createTopic(topic, 1, Map.of());
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            other.publish(topic, List.of(Event.of("number", "100"), Event.of("number", "101")));
        }
        Signal.Stop stop = (Signal.Stop) live.next();
        assertThat(stop.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
        Reading again = open(cluster, "after=" + stop.id());
        assertThat(again.next())
                .isInstanceOfSatisfying(
                        Signal.Gap.class, gap -> assertThat(gap.reason()).isEqualTo(Signal.Reason.TOPIC_RECREATED));
        assertThat(again.numbers(2)).containsExactly(100, 101);
    }

    @Test
    void i2_aPartitionThatIsAddedIsReadFromItsStart() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open(cluster, "from=latest");
        publish(0, 5);
        assertThat(live.numbers(5)).endsWith(4);
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get(10, TimeUnit.SECONDS);
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            List<Event> batch = new ArrayList<>();
            for (int n = 5; n < 50; n++) {
                batch.add(Event.of("number", "" + n).withKey(Bytes.utf8("k" + n)));
            }
            other.publish(topic, batch);
        }
        List<Integer> seen = new ArrayList<>();
        Signal signal = live.next();
        while (!signal.last()) {
            if (signal instanceof Event event) {
                seen.add(Integer.parseInt(Stage.text(event)));
            }
            signal = live.next();
        }
        seen.addAll(open(cluster, "after=" + signal.id()).numbers(45 - seen.size()));
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(5, 50).boxed().toList());
    }

    @Test
    void i5_anIdWithALeaderEpochThatNobodyHasSeenHindersNobody() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        publish(0, 20);
        Position forged = Position.parse(open(cluster, "from=earliest").next().id(), beginning());
        forged.set(0, 1, Integer.MAX_VALUE);
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            for (int n = 0; n < 4; n++) {
                Reading reading = open(other, "after=" + forged.id());
                assertThat(reading.numbers(19)).startsWith(1).endsWith(19);
                reading.close();
                open.remove(reading);
            }
        }
    }

    private Position beginning() throws Exception {
        Uuid id = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(10, TimeUnit.SECONDS)
                .get(topic)
                .topicId();
        long bits = id.getMostSignificantBits() ^ id.getLeastSignificantBits();
        return Position.start(topic, (int) (bits ^ bits >>> 32), 1);
    }

    @Test
    void p1_aBatchForATopicThatIsMissingIsRefusedAndMakesNone() throws Exception {
        List<Event> batch = new ArrayList<>();
        for (int n = 0; n < 50; n++) {
            batch.add(Event.of("number", "" + n));
        }
        assertThatThrownBy(() -> cluster.publish("missing", batch))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.NOT_FOUND));
        assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS)).doesNotContain("missing");
    }

    @Test
    void g1_aRecordThatIsTooLargeIsAGapAndTheStreamGoesOn() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        KafkaSettings few = new KafkaSettings(
                Map.of("bootstrap.servers", broker.bootstrap()),
                Retention.DEFAULT,
                10,
                1,
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
        try (KafkaCluster small = new KafkaCluster(few)) {
            Reading live = open(small, "from=latest");
            cluster.publish(topic, List.of(Event.of(null, "x".repeat(11)), Event.of("number", "1")));
            Reading history = open(small, "from=earliest");
            for (Reading reading : List.of(live, history)) {
                assertThat(reading.next()).isInstanceOfSatisfying(Signal.Gap.class, gap -> {
                    assertThat(gap.reason()).isEqualTo(Signal.Reason.OVERSIZED);
                    assertThat(gap.count()).hasValue(1);
                });
                assertThat(reading.numbers(1)).containsExactly(1);
                reading.close();
                open.remove(reading);
            }
            assertThatThrownBy(() -> small.publish(topic, List.of(Event.of(null, "x".repeat(11)))))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.TOO_LARGE));
        }
    }

    @Test
    void d2_theHandOverIsExactWithAVerySmallRingUnderLoad() throws Exception {
        broker.createTopic(topic, 3, Map.of());
        int total = 3_000;
        publish(0, 1_000);
        KafkaSettings tiny =
                KafkaSettings.of(broker.bootstrap()).withRetention(new Retention(64, 1 << 20, Duration.ZERO));
        try (KafkaCluster node = new KafkaCluster(tiny)) {
            CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> {
                for (int n = 1_000; n < total; n += 5) {
                    publish(n, n + 5);
                }
            });
            List<Reading> readings = new ArrayList<>();
            for (int n = 0; n < 10; n++) {
                readings.add(open(node, "from=earliest"));
            }
            for (Reading reading : readings) {
                assertThat(reading.numbers(total))
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, total).boxed().toList());
                reading.close();
                open.remove(reading);
            }
            publishing.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void c2_whoeverIsOvertakenOnKafkaGetsWhatItChose() throws Exception {
        broker.createTopic(topic, 3, Map.of());
        KafkaSettings tiny =
                KafkaSettings.of(broker.bootstrap()).withRetention(new Retention(64, 1 << 20, Duration.ZERO));
        try (KafkaCluster node = new KafkaCluster(tiny)) {
            Reading lag = open(node, "from=latest");
            Reading jumping = open(node, "from=latest&slow=drop-oldest");
            Reading conflating = open(node, "from=latest&slow=conflate");
            Reading leaving = open(node, "from=latest&slow=disconnect");
            Reading present = open(node, "from=latest");
            for (int n = 0; n < 1_000; n += 50) {
                publish(n, n + 50);
                present.numbers(50);
            }

            assertThat(lag.numbers(1_000))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 1_000).boxed().toList());

            long lost = 0;
            List<Integer> held = new ArrayList<>();
            while (lost + held.size() < 1_000) {
                switch (jumping.next()) {
                    case Signal.Gap gap -> {
                        assertThat(gap.reason()).isEqualTo(Signal.Reason.SLOW);
                        lost += gap.to() - gap.from();
                    }
                    case Signal signal -> held.add(Integer.parseInt(Stage.text((Event) signal)));
                }
            }
            assertThat(held).hasSize(64).contains(999);

            assertThat(conflating.numbers(5)).contains(999);
            assertThat(conflating.cursor().superseded()).isEqualTo(995);

            Signal.Stop stop = (Signal.Stop) leaving.next();
            assertThat(stop.code()).isEqualTo(Code.SLOW_CONSUMER);
            assertThat(open(node, "after=" + stop.id()).numbers(1_000)).hasSize(1_000);
        }
    }

    @Test
    void theTypeComesFromTheHeaderOfCloudEventsElseFromType() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        cluster.publish(
                topic,
                List.of(
                        new Event(
                                "",
                                0,
                                0,
                                1_000,
                                null,
                                null,
                                List.of(header("type", "b"), header("ce_type", "a"), header("type", "c")),
                                Bytes.utf8("1")),
                        new Event("", 0, 0, 1_000, null, null, List.of(header("type", "b")), Bytes.utf8("2")),
                        Event.of("own", "3")));
        Reading reading = open(cluster, "from=earliest");
        assertThat(((Event) reading.next()).type()).isEqualTo("a");
        assertThat(((Event) reading.next()).type()).isEqualTo("b");
        assertThat(((Event) reading.next()).type()).isEqualTo("own");
    }

    private static Header header(String name, String value) {
        return new Header(name, Bytes.utf8(value));
    }

    @Test
    void theReaderStopsAWhileAfterTheLastSubscriberAndStartsAgain() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        try (KafkaCluster node =
                new KafkaCluster(KafkaSettings.of(broker.bootstrap()).withIdle(Duration.ZERO))) {
            Reading first = open(node, "from=latest");
            publish(0, 1);
            String id = first.next().id();
            assertThat(threads()).isEqualTo(1);
            first.close();
            open.remove(first);
            Stage.await("the reader has stopped", Duration.ofSeconds(10), () -> threads() == 0);
            publish(1, 3);
            Reading again = open(node, "after=" + id);
            assertThat(again.numbers(2)).containsExactly(1, 2);
            again.close();
            open.remove(again);
        }
    }

    private long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("weir-kafka-" + topic))
                .count();
    }

    @Test
    void i7_liveSubscribersShareTheVeryEvent() throws Exception {
        broker.createTopic(topic, 3, Map.of());
        Reading one = open(cluster, "from=latest");
        Reading other = open(cluster, "from=latest");
        publish(0, 20);
        for (int n = 0; n < 20; n++) {
            assertThat(one.next()).isSameAs(other.next());
        }
    }

    @Test
    void aTopicThatTheBrokerDoesNotHaveIsNotFound() {
        assertThatThrownBy(() ->
                        cluster.topic("missing").open(Subscription.to("missing").withStart(new Start.Earliest())))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void unusableClientPropertiesAreRefusedByName() {
        KafkaSettings bad = KafkaSettings.of(broker.bootstrap()).with(Map.of("security.protocol", "PIGEON"));
        assertThatThrownBy(() -> new KafkaCluster(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("security.protocol")
                .hasMessageContaining("PIGEON");
    }
}
