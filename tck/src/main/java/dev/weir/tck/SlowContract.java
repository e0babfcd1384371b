package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription.Slow;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chapter C: slow clients. They stop reading, and more is published than the network holds for them. */
interface SlowContract extends Contract {

    /** Many times what the kernel keeps for a connection. */
    int MANY = 2_500;

    String PADDING = " ".repeat(16_000);

    /** A few events, so that who stops reading is soon overtaken. */
    Retention SMALL = new Retention(64, 64 << 20, Duration.ZERO);

    private static void publish(Topic topic, int from, int to) {
        publish(topic, from, to, 10);
    }

    private static void publish(Topic topic, int from, int to, int keys) {
        for (int number = from; number < to; number++) {
            topic.publish(large(number).withKey(Bytes.utf8("k" + number % keys)));
        }
    }

    private static Event large(int number) {
        return Event.of("number", number + PADDING);
    }

    private static int number(Event event) {
        return Integer.parseInt(Stage.text(event).strip());
    }

    private static Reception stalled(Stage stage, String nameAndQuery) {
        Reception client = stage.connect(nameAndQuery);
        client.next(Signal.Open.class);
        client.pause();
        return client;
    }

    @Test
    default void c2_dropOldestJumpsOnAndTellsTheGap(Stage stage) {
        Topic topic = stage.topic("orders", SMALL);
        Reception client = stalled(stage, "orders?slow=drop-oldest");
        publish(topic, 0, MANY);
        client.resume();
        int gaps = 0;
        long expected = 0;
        while (expected < MANY) {
            switch (client.next()) {
                case Event event -> {
                    assertThat(number(event)).isEqualTo((int) expected);
                    expected++;
                }
                case Signal.Gap gap -> {
                    assertThat(gap.reason()).isEqualTo(Signal.Reason.SLOW);
                    assertThat(gap.from()).isEqualTo(expected);
                    assertThat(gap.count()).hasValue(gap.to() - gap.from());
                    expected = gap.to();
                    gaps++;
                }
                case Signal other -> assertThat(other).isInstanceOf(Signal.Heartbeat.class);
            }
        }
        assertThat(gaps).isPositive();
    }

    @Test
    default void c2_conflateGivesTheNewestOfEachKeyAndCountsTheOthers(Stage stage) {
        Topic topic = stage.topic("prices", SMALL);
        Reception client = stalled(stage, "prices?slow=conflate&heartbeat=1&heartbeat-as=event");
        publish(topic, 0, MANY);
        client.resume();
        List<Integer> numbers = new ArrayList<>();
        while (numbers.isEmpty() || numbers.get(numbers.size() - 1) < MANY - 1) {
            Signal signal = client.next();
            assertThat(signal).isNotInstanceOf(Signal.Gap.class);
            if (signal instanceof Event event) {
                numbers.add(number(event));
            }
        }
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
        assertThat(numbers).containsAll(IntStream.range(MANY - 10, MANY).boxed().toList());
        assertThat(numbers.size()).as("events delivered").isLessThan(MANY);
        assertThat(client.next(Signal.Heartbeat.class).superseded()).isEqualTo(MANY - numbers.size());
    }

    @Test
    default void c2_conflateTellsAGapWhereAKeyIsLost(Stage stage) {
        Topic topic = stage.topic("prices", SMALL);
        Reception client = stalled(stage, "prices?slow=conflate");
        publish(topic, 0, MANY, MANY);
        client.resume();
        long expected = 0;
        while (expected < MANY) {
            Signal signal = client.next();
            if (signal instanceof Event event) {
                assertThat(number(event)).isEqualTo((int) expected);
                expected++;
            } else if (signal instanceof Signal.Gap gap) {
                assertThat(gap.reason()).isEqualTo(Signal.Reason.SLOW);
                assertThat(gap.from()).isEqualTo(expected);
                expected = gap.to();
            }
        }
    }

    @Test
    default void c2_disconnectStopsWithTheIdToComeBackWith(Stage stage) {
        Topic topic = stage.topic("orders", SMALL);
        Reception client = stalled(stage, "orders?slow=disconnect");
        publish(topic, 0, MANY);
        client.resume();
        int seen = -1;
        Signal signal = client.next();
        while (!(signal instanceof Signal.Stop)) {
            if (signal instanceof Event event) {
                assertThat(number(event)).isEqualTo(++seen);
            }
            signal = client.next();
        }
        Signal.Stop stop = (Signal.Stop) signal;
        assertThat(stop.code()).isEqualTo(Code.SLOW_CONSUMER);
        assertThat(stop.retryAfter()).isPositive();
        Signal.Gap gap = stage.resume("orders", stop.id()).next(Signal.Gap.class);
        assertThat(gap.reason()).isEqualTo(Signal.Reason.RETENTION);
        assertThat(gap.from()).isEqualTo(seen + 1);
        assertThat(gap.to()).isEqualTo(MANY - 64);
    }

    @Test
    default void c2_whatATopicOrTheServerDoesNotAllowIsRefused(Stage stage) {
        stage.limits(new Limits(0, 0, 0, 0, Duration.ZERO, Set.of(Slow.LAG, Slow.DISCONNECT)));
        stage.topic("orders");
        Refusal unknown = stage.refusal("orders?slow=never");
        assertThat(unknown.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(unknown.getMessage()).contains("slow=never", "lag, drop-oldest, conflate, disconnect");
        Refusal nothingStored = stage.refusal("orders?slow=lag");
        assertThat(nothingStored.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(nothingStored.getMessage()).contains("slow=lag", "drop-oldest");
        Refusal notHere = stage.refusal("orders?slow=conflate");
        assertThat(notHere.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(notHere.getMessage()).contains("slow=conflate", "allowed are lag, disconnect");
    }

    @Test
    default void c3_aClientThatTakesNothingIsCutWhateverThePolicy(Stage stage) {
        stage.patience(Duration.ofMillis(500));
        Topic topic = stage.topic("orders", SMALL);
        for (Slow slow : List.of(Slow.DROP_OLDEST, Slow.CONFLATE, Slow.DISCONNECT)) {
            stalled(stage, "orders?slow=" + slow);
        }
        publish(topic, 0, MANY);
        Stage.await("three clients are cut", Reception.DEADLINE, () -> {
            publish(topic, 0, 1);
            return stage.closed() == 3;
        });
    }

    @Test
    default void c3_aStreamWithAnEndIsGivenTenTimesThePatience(Stage stage) {
        stage.patience(Duration.ofMillis(400));
        Topic topic = stage.topic("orders", SMALL);
        AtomicBoolean exporting = new AtomicBoolean(true);
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    try {
                        for (int number = 0; true; number++) {
                            out.emit(large(number));
                        }
                    } finally {
                        exporting.set(false);
                    }
                }));
        stalled(stage, "export");
        stalled(stage, "orders?slow=drop-oldest");
        Stage.await("the live stream is cut", Reception.DEADLINE, () -> {
            publish(topic, 0, 1);
            return stage.closed() == 1;
        });
        assertThat(exporting).as("the export goes on").isTrue();
        Stage.await("the export is cut", Reception.DEADLINE.multipliedBy(2), () -> stage.closed() == 2);
    }

    @Test
    default void c4_aStalledReaderDelaysNobody(Stage stage) {
        Topic topic = stage.topic("orders");
        stalled(stage, "orders");
        Reception other = stage.connect("orders");
        for (int from = 0; from < MANY; from += 100) {
            publish(topic, from, from + 100);
            List<Event> events = other.events(100);
            assertThat(number(events.get(0))).isEqualTo(from);
            assertThat(number(events.get(99))).isEqualTo(from + 99);
        }
    }

    @Test
    default void c4_aSourceIsHeldBackByItsReaderAndLosesNothing(Stage stage) {
        AtomicInteger emitted = new AtomicInteger();
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    for (int number = 0; number < MANY; number++) {
                        out.emit(large(number));
                        emitted.incrementAndGet();
                    }
                }));
        Reception client = stalled(stage, "export");
        int[] before = {-1};
        long[] since = {System.nanoTime()};
        Stage.await("the source is held back", Reception.DEADLINE, () -> {
            if (emitted.get() != before[0]) {
                before[0] = emitted.get();
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > 500_000_000;
        });
        assertThat(emitted.get()).isLessThan(MANY);
        client.resume();
        assertThat(client.events(MANY).stream().map(SlowContract::number).toList())
                .containsExactlyElementsOf(IntStream.range(0, MANY).boxed().toList());
        assertThat(client.next(Signal.End.class).events()).isEqualTo(MANY);
        assertThat(client.complete()).isTrue();
    }
}
