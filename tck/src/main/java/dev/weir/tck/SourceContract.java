package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.Signal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The whole conformance test of a source, read through the loopback. Implement it in a test class and give a {@link
 * SourceHarness}. Events are numbered, and their key is the number modulo seven, so that a partition's order can be checked.
 */
public interface SourceContract extends Contract {

    /**
     * How to reach the source.
     *
     * @return the harness, the same for the whole of a test
     */
    SourceHarness sourceHarness();

    @Override
    default TransportHarness harness() {
        return new LoopbackHarness();
    }

    private String topic(Stage stage, int partitions) {
        String name = "t" + Long.toString(System.nanoTime(), 36);
        sourceHarness().create(name, partitions);
        stage.source(name, sourceHarness().source(name, 0));
        stage.source(name + "-elsewhere", sourceHarness().source(name, 1));
        return name;
    }

    private List<Publisher.Published> publish(String topic, int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int number = from; number < to; number++) {
            batch.add(Event.of("number", "" + number).withKey(Bytes.utf8("k" + number % 7)));
        }
        return sourceHarness().publisher().publish(topic, batch);
    }

    private static void assertEachOnce(List<Event> events, int from, int to) {
        assertThat(Stage.numbers(events))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(from, to).boxed().toList());
        Map<Bytes, Integer> newest = new HashMap<>();
        for (Event event : events) {
            Bytes key = event.key();
            assertThat(key).isNotNull();
            int number = Integer.parseInt(Stage.text(event));
            Integer before = newest.put(key, number);
            assertThat(before == null || before < number)
                    .as("%s came after %s", number, before)
                    .isTrue();
        }
        assertInOrder(events);
    }

    private static void assertInOrder(List<Event> events) {
        Map<Integer, Long> newest = new HashMap<>();
        for (Event event : events) {
            Long before = newest.put(event.partition(), event.offset());
            assertThat(before == null || before < event.offset())
                    .as("partition %s: offset %s came after %s", event.partition(), event.offset(), before)
                    .isTrue();
        }
    }

    /** All that follows until the stream ends. */
    private static List<Event> rest(Reception client) {
        List<Event> events = new ArrayList<>();
        for (Signal signal = client.next(); !signal.last(); signal = client.next()) {
            if (signal instanceof Event event) {
                events.add(event);
            }
        }
        return events;
    }

    @Test
    default void d1_everyPartitionInOrderEachRecordOnce(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 500);
        Reception client = stage.connect(topic + "?from=earliest");
        List<Event> events = client.events(500);
        publish(topic, 500, 1_000);
        events.addAll(client.events(500));
        assertEachOnce(events, 0, 1_000);
        assertThat(new HashSet<>(events.stream().map(Event::id).toList())).hasSize(1_000);
    }

    @Test
    default void d2_historyAndTheLiveLogMeetWithoutGapOrDouble(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 2_000);
        stage.connect(topic);
        CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> {
            for (int n = 2_000; n < 4_000; n += 20) {
                publish(topic, n, n + 20);
            }
        });
        List<Reception> clients = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            clients.add(stage.connect(topic + "?from=earliest"));
        }
        for (Reception client : clients) {
            assertEachOnce(client.events(4_000), 0, 4_000);
        }
        publishing.join();
    }

    @Test
    default void d3_anyNodeResumesAnyClient(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 300);
        Reception first = stage.connect(topic + "?from=earliest");
        stage.connect(topic + "-elsewhere");
        publish(topic, 300, 600);
        List<Event> all = first.events(600);
        publish(topic, 600, 700);
        for (int seen : new int[] {0, 1, 150, 299, 300, 431, 598, 599}) {
            List<Event> events = new ArrayList<>(all.subList(0, seen + 1));
            Reception again = stage.resume(
                    seen % 2 == 0 ? topic + "-elsewhere" : topic, all.get(seen).id());
            events.addAll(again.events(699 - seen));
            assertEachOnce(events, 0, 700);
        }
    }

    @Test
    default void d3_aClientThatChangesNodesAllTheTimeLosesAndDoublesNothing(Stage stage) {
        String topic = topic(stage, 3);
        List<Event> events = new ArrayList<>();
        Reception client = stage.connect(topic + "?from=earliest");
        Reception other = stage.connect(topic + "-elsewhere?from=earliest");
        String last = client.next(Signal.Open.class).id();
        for (int round = 0; round < 8; round++) {
            publish(topic, round * 50, round * 50 + 50);
            List<Event> some = client.events(33);
            events.addAll(some);
            last = some.get(32).id();
            client.close();
            client = stage.resume(round % 2 == 0 ? topic + "-elsewhere" : topic, last);
        }
        events.addAll(client.events(400 - events.size()));
        assertEachOnce(events, 0, 400);
        assertEachOnce(other.events(400), 0, 400);
    }

    @Test
    default void i2_startsWhereItWasAskedTo(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 90);
        assertEachOnce(stage.connect(topic + "?from=earliest").events(90), 0, 90);
        Reception latest = stage.connect(topic + "?from=latest");
        Reception last = stage.connect(topic + "?from=last:9&until=latest");
        assertThat(rest(last)).hasSizeBetween(3, 9);
        publish(topic, 90, 91);
        assertThat(Stage.numbers(latest.events(1))).containsExactly(90);
    }

    @Test
    default void i2_untilLatestEndsWithWhatIsThereAtOpen(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 200);
        Reception client = stage.connect(topic + "?from=earliest&until=latest");
        publish(topic, 200, 300);
        assertEachOnce(rest(client), 0, 200);
        assertThat(client.complete()).isTrue();
    }

    @Test
    default void i2_startsAtATime(Stage stage) {
        String topic = topic(stage, 3);
        publish(topic, 0, 50);
        Instant before = Instant.now();
        Stage.await("the clock goes on", Reception.DEADLINE, () -> Instant.now().isAfter(before.plusMillis(5)));
        Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        publish(topic, 50, 100);
        assertEachOnce(stage.connect(topic + "?from=" + time).events(50), 50, 100);
        assertEachOnce(rest(stage.connect(topic + "?from=earliest&until=" + time)), 0, 50);
    }

    @Test
    default void g1_whatIsNoLongerHeldIsAGapOrARefusal(Stage stage) {
        Assumptions.assumeTrue(sourceHarness().forgetful(), "this source keeps everything");
        String topic = topic(stage, 1);
        publish(topic, 0, 100);
        Event seen = stage.connect(topic + "?from=earliest").event();
        sourceHarness().forget(topic);
        publish(topic, 100, 101);
        Reception client = stage.resume(topic, seen.id());
        client.next(Signal.Open.class);
        assertThat(client.next()).isInstanceOfSatisfying(Signal.Gap.class, gap -> {
            assertThat(gap.reason()).isEqualTo(Signal.Reason.RETENTION);
            assertThat(gap.from()).isEqualTo(seen.offset() + 1);
            assertThat(gap.to()).isGreaterThanOrEqualTo(10);
            assertThat(gap.count().orElse(gap.to() - gap.from())).isEqualTo(gap.to() - gap.from());
            assertThat(client.event().offset()).isEqualTo(gap.to());
            assertThat(stage.resume(topic, gap.id()).event().offset()).isEqualTo(gap.to());
        });
        assertThat(stage.refusal(topic + "?on-gap=fail&after=" + seen.id()).code())
                .isEqualTo(Code.POSITION_EXPIRED);
    }

    @Test
    default void i5_anIdOfAnotherTopicIsRefused(Stage stage) {
        String one = topic(stage, 1);
        String other = topic(stage, 1);
        publish(other, 0, 1);
        String foreign = stage.connect(other + "?from=earliest").event().id();
        assertThat(stage.refusal(one + "?after=" + foreign).code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(stage.refusal(one + "?colour=red").code()).isEqualTo(Code.BAD_REQUEST);
    }

    @Test
    default void d6_anEventIsDeliveredWhole(Stage stage) {
        String topic = topic(stage, 1);
        Reception client = stage.connect(topic);
        List<Integer> sizes = List.of(0, 1, 65_536, 65_537, 500_000);
        for (int size : sizes) {
            sourceHarness().publisher().publish(topic, List.of(Event.of(null, "x".repeat(size))));
        }
        assertThat(client.events(sizes.size()).stream()
                        .map(event -> Stage.text(event).length())
                        .toList())
                .as("length of what arrived")
                .isEqualTo(sizes);
    }

    @Test
    default void e7_noRecordEndsTheStream(Stage stage) {
        String topic = topic(stage, 1);
        Reception client = stage.connect(topic + "?from=earliest");
        List<Header> many = new ArrayList<>();
        for (int n = 0; n < 1_000; n++) {
            many.add(new Header("h" + n, n % 2 == 0 ? Bytes.utf8("v") : Bytes.owned(new byte[] {-1})));
        }
        Bytes binary = Bytes.owned(new byte[] {(byte) 0xc3, 0x28, 0, -1});
        sourceHarness()
                .publisher()
                .publish(
                        topic,
                        List.of(
                                Event.of(null, binary),
                                new Event("", 0, 0, 1_000, null, Bytes.utf8("k"), List.of(), null),
                                new Event("", 0, 0, 1_000, null, null, many, Bytes.utf8("headers"))));
        publish(topic, 0, 1);
        assertThat(client.event().data()).isEqualTo(binary);
        Event tombstone = client.event();
        assertThat(tombstone.data()).isNull();
        assertThat(tombstone.type()).isEqualTo(Event.DELETE);
        assertThat(tombstone.key()).isEqualTo(Bytes.utf8("k"));
        assertThat(client.event().headers()).containsAll(many);
        assertThat(Stage.numbers(client.events(1))).containsExactly(0);
    }

    @Test
    default void p1_everyEventIsAcknowledgedInOrder(Stage stage) {
        String topic = topic(stage, 1);
        assertThat(publish(topic, 0, 5).stream()
                        .map(Publisher.Published::offset)
                        .toList())
                .containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(publish(topic, 5, 6)).containsExactly(new Publisher.Published(0, 5));
        List<Event> stored = rest(stage.connect(topic + "?from=earliest&until=latest"));
        assertThat(stored)
                .as("what was acknowledged is there, at its place")
                .extracting(event -> event.offset() + ": " + Stage.text(event))
                .containsExactly("0: 0", "1: 1", "2: 2", "3: 3", "4: 4", "5: 5");
    }

    @Test
    default void l5_openStreamsSurviveAnOutageAndNewOnesAreRefused(Stage stage) {
        Assumptions.assumeTrue(sourceHarness().interruptible(), "nothing is behind this source that could go away");
        String topic = topic(stage, 3);
        publish(topic, 0, 100);
        Reception client = stage.connect(topic + "?from=earliest&heartbeat=1");
        List<Event> events = client.events(100);
        sourceHarness().interrupt();
        client.next(Signal.Heartbeat.class);
        client.next(Signal.Heartbeat.class);
        Refusal refusal = stage.refusal(topic);
        assertThat(refusal.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
        assertThat(refusal.retryAfter()).isPositive();
        assertThatThrownBy(() -> publish(topic, 100, 101))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.SOURCE_UNAVAILABLE));
        sourceHarness().heal();
        publish(topic, 100, 200);
        events.addAll(client.events(100));
        assertEachOnce(events, 0, 200);
    }
}
