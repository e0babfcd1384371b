package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.hub.Position;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;

/** What happens to topics while they are read: they are deleted, made anew, and get partitions. */
class KafkaLifeTest extends KafkaFixture {

    /** Keys spread over all partitions there are. */
    private void publish(int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int n = from; n < to; n++) {
            batch.add(Event.of("number", "" + n).withKey(Bytes.utf8("k" + n)));
        }
        try (KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            other.publish(topic, batch);
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void aTopicThatIsDeletedStopsItsReadersForGoodWithinTenSeconds() throws Exception {
        broker.createTopic(topic, 2, Map.of());
        publish(0, 500);
        Reading live = open("from=latest");
        Reading behind = open("from=earliest");
        assertThat(((Event) behind.next()).offset()).isZero();
        long deleted = System.nanoTime();
        broker.deleteTopic(topic);
        for (Reading reading : List.of(live, behind)) {
            Signal signal = reading.next();
            while (!signal.last()) {
                signal = reading.next();
            }
            assertThat(signal).isInstanceOfSatisfying(Signal.Stop.class, stop -> {
                assertThat(stop.code()).isEqualTo(Code.TOPIC_DELETED);
                assertThat(stop.retryAfter()).isZero();
                assertThat(stop.id()).isNotEmpty();
            });
        }
        assertThat(Duration.ofNanos(System.nanoTime() - deleted)).isLessThan(Duration.ofSeconds(10));
        assertThatThrownBy(() -> open("from=latest"))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void i5_aLongerTopicMadeAnewIsNotReadOnAtTheOldPosition() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open("from=latest");
        publish(0, 5);
        assertThat(live.numbers(5)).endsWith(4);
        broker.deleteTopic(topic);
        broker.createTopic(topic, 1, Map.of());
        publish(100, 110);
        Signal signal = live.next();
        assertThat(signal)
                .isInstanceOfSatisfying(
                        Signal.Stop.class, stop -> assertThat(stop.code()).isEqualTo(Code.SOURCE_UNAVAILABLE));
        Reading again = open("after=" + signal.id());
        assertThat(again.next())
                .isInstanceOfSatisfying(
                        Signal.Gap.class, gap -> assertThat(gap.reason()).isEqualTo(Signal.Reason.TOPIC_RECREATED));
        assertThat(again.numbers(10)).containsExactlyElementsOf(numbers(100, 110));
        assertThatThrownBy(() -> open("on-gap=fail&after=" + live.cursor().position()))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.CONFLICT));
    }

    @Test
    void i2_anIdOfThreePartitionsGoesOnWithSix() throws Exception {
        broker.createTopic(topic, 3, Map.of());
        Reading live = open("from=earliest");
        publish(0, 60);
        List<Integer> seen = new ArrayList<>(live.numbers(30));
        String old = live.cursor().position();
        List<Integer> byOldId = new ArrayList<>(seen);
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(6))).all().get(10, TimeUnit.SECONDS);
        publish(60, 200);
        seen.addAll(live.rest());
        Reading again = open("after=" + live.cursor().position());
        seen.addAll(again.numbers(200 - seen.size()));
        assertThat(seen).containsExactlyInAnyOrderElementsOf(numbers(0, 200));
        byOldId.addAll(open("after=" + old).numbers(170));
        assertThat(byOldId).containsExactlyInAnyOrderElementsOf(numbers(0, 200));
        Position reached = Position.parse(again.cursor().position(), Position.start(topic, 0, 6));
        assertThat(reached.partitions()).isEqualTo(6);
        assertThat(reached.offset(5)).isPositive();
    }

    @Test
    void i5_anIdWithMorePartitionsThanTheTopicHasIsRefused() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open("from=latest");
        publish(0, 1);
        Position forged = Position.parse(live.next().id(), Position.start(topic, 0, 1));
        forged.set(2, 7, -1);
        for (String query : List.of("after=", "until=latest&after=")) {
            assertThatThrownBy(() -> open(query + forged.id())).isInstanceOfSatisfying(Refusal.class, no -> {
                assertThat(no.code()).isEqualTo(Code.BAD_REQUEST);
                assertThat(no.getMessage()).contains("3 partitions", "has 1");
            });
        }
        publish(1, 2);
        assertThat(live.numbers(1)).containsExactly(1);
    }

    private boolean accepted(Position position) {
        try {
            open("after=" + position.id());
            return true;
        } catch (Refusal notYet) {
            assertThat(notYet.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
            return false;
        }
    }

    @Test
    void i2_anIdOfANodeThatKnowsMorePartitionsWaitsForThisNode() throws Exception {
        broker.createTopic(topic, 1, Map.of());
        Reading live = open("from=latest");
        publish(0, 1);
        Position grown = Position.parse(live.next().id(), Position.start(topic, 0, 1));
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get(10, TimeUnit.SECONDS);
        grown.set(2, 0, -1);
        Stage.await("the node knows them too", Duration.ofSeconds(5), () -> accepted(grown));
        assertThat(live.rest()).isEmpty();
        publish(1, 20);
        assertThat(open("after=" + grown.id()).numbers(19)).containsExactlyInAnyOrderElementsOf(numbers(1, 20));
    }
}
