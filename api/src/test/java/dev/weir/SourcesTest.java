package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SourcesTest {

    private final Sources sources = new Sources();
    private final Line line = new Line();

    @AfterEach
    void close() {
        sources.close();
    }

    @Test
    void opensWhatIsRegisteredUnderTheName() {
        line.lay(event(0));
        assertThat(open("line").poll()).isEqualTo(line.laid.get(0));
        assertThat(sources.open()).isEqualTo(1);
    }

    @Test
    void namesAreInOrder() {
        for (String name : List.of("b", "c", "a", "B", "a-long.name_9")) {
            sources.register(name, line);
        }
        assertThat(sources.names()).containsExactly("B", "a", "a-long.name_9", "b", "c");
    }

    @Test
    void aNameThatCannotBeAskedForIsNotRegistered() {
        for (String bad : List.of("", "a b", "a/b", "é", "a".repeat(250), "a?b", "a\n")) {
            assertThatThrownBy(() -> sources.register(bad, line))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("249");
        }
    }

    @Test
    void anUnknownNameIsToldThoseNearIt() {
        for (String name : List.of("orders", "orders-eu", "payments", "x")) {
            sources.register(name, line);
        }
        assertThatThrownBy(() -> sources.open(asked("order"))).hasMessage("no topic order; did you mean orders?");
        assertThatThrownBy(() -> sources.open(asked("paymenst"))).hasMessageContaining("payments");
        assertThatThrownBy(() -> sources.open(asked("zzzzzzzzzz"))).hasMessage("no topic zzzzzzzzzz");
        assertThatThrownBy(() -> sources.open(asked("o".repeat(100_000))))
                .message()
                .hasSizeLessThan(200);
    }

    @Test
    void aNameIsRequiredWithoutOpeningIt() {
        sources.register("orders", line).require("orders");
        assertThat(sources.open()).isZero();
        assertThatThrownBy(() -> sources.require("order")).hasMessage("no topic order; did you mean orders?");
        sources.stop(Code.SHUTDOWN, "over", Duration.ZERO);
        assertThatThrownBy(() -> sources.require("orders")).hasMessage("over");
    }

    @Test
    void limitsAreCheckedInTheirOrder() {
        Limits none = new Limits(1, 2, 0, 0, Duration.ZERO, Set.of(Subscription.Slow.LAG));
        try (Sources full = new Sources(none)) {
            full.register("line", line);
            full.open(asked("line"));
            assertThatThrownBy(() -> full.open(asked("lime")))
                    .as("visibility before the server's own limits")
                    .hasMessageContaining("no topic lime");
            assertThatThrownBy(() -> full.open(asked("line?slow=conflate")))
                    .as("parameters before the server's own limits")
                    .hasMessageContaining("slow=conflate");
            assertThatThrownBy(() -> full.open(asked("line"))).hasMessageContaining("the server has its 1 streams");
            Limits address = new Limits(1, 1, 0, 0, Duration.ZERO, Limits.NONE.slow());
            try (Sources both = new Sources(address)) {
                both.register("line", line);
                both.open(asked("line"));
                assertThatThrownBy(() -> both.open(asked("lime")))
                        .as("the address before all else")
                        .hasMessageContaining("this address has its 1 streams");
            }
        }
    }

    @Test
    void conflatingAndFilteringByTypeIsRefused() {
        for (String filter : List.of("type=a", "header.region=eu")) {
            assertThatThrownBy(() -> open("line?slow=conflate&" + filter))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST))
                    .hasMessageContaining("slow=conflate");
        }
        assertThat(open("line?slow=conflate&key=a")).isNotNull();
    }

    @Test
    void aStreamThatFailsIsCountedByItsCode() {
        sources.register("broken", asked -> new Line() {
            @Override
            public Signal poll() {
                throw new IllegalStateException("broken");
            }
        });
        Cursor broken = sources.open(asked("broken"));
        broken.onReady(() -> {});
        assertThatThrownBy(broken::poll).hasMessage("broken");
        broken.close();
        line.lay(new Signal.Gap("1", Signal.Reason.RETENTION, 0, 0, 1, OptionalLong.empty()));
        Cursor failing = open("line?on-gap=fail");
        failing.poll();
        failing.close();
        assertThat(sources.endings()).containsExactly(Map.entry("internal", 1L), Map.entry("position-expired", 1L));
    }

    @Test
    void whereCatchingUpIsNotAllowedNobodyGetsItByDefault() {
        Limits limits = new Limits(
                0, 0, 0, 0, Duration.ZERO, Set.of(Subscription.Slow.DISCONNECT, Subscription.Slow.DROP_OLDEST));
        List<Subscription> opened = new ArrayList<>();
        try (Sources sparing = new Sources(limits)) {
            sparing.register("line", asked -> {
                opened.add(asked);
                return line;
            });
            sparing.open(asked("line"));
            sparing.open(asked("line?slow=disconnect"));
            assertThatThrownBy(() -> sparing.open(asked("line?slow=lag")))
                    .hasMessageContaining("allowed are drop-oldest, disconnect");
            assertThat(sparing.refusals()).containsExactly(Map.entry("bad-request", 1L));
        }
        assertThat(opened)
                .extracting(Subscription::slow)
                .containsExactly(Optional.of(Subscription.Slow.DROP_OLDEST), Optional.of(Subscription.Slow.DISCONNECT));
    }

    @Test
    void refusedStreamsAreNotCounted() {
        try (Sources few = new Sources(new Limits(1, 1, 0, 0, Duration.ZERO, Limits.NONE.slow()))) {
            few.register("line", line).register("no", asked -> {
                throw new Refusal(Code.SOURCE_UNAVAILABLE, "away");
            });
            for (int n = 0; n < 3; n++) {
                assertThatThrownBy(() -> few.open(asked("no"))).hasMessage("away");
            }
            few.open(asked("line")).close();
            Cursor open = few.open(asked("line"));
            assertThat(few.opened()).isEqualTo(2);
            assertThat(few.endings()).containsExactly(Map.entry("gone", 1L));
            open.close();
        }
    }

    @Test
    void endingsAndGapsAreCounted() {
        line.lay(new Signal.Gap("1", Signal.Reason.SLOW, 0, 0, 1, OptionalLong.empty()), event(2));
        Cursor cursor = open("line?limit=1");
        while (!(cursor.poll() instanceof Signal.End)) {
            assertThat(sources.endings()).isEmpty();
        }
        cursor.close();
        assertThat(sources.endings()).containsExactly(Map.entry("end", 1L));
        assertThat(sources.gaps()).containsExactly(Map.entry("slow", 1L));
        assertThat(sources.superseded()).isEqualTo(5);
    }

    @Test
    void limitEndsAfterSoManyEventsOfThisConnection() {
        line.lay(event(0), event(1), new Signal.Heartbeat("1", 0), event(2));
        Cursor cursor = open("line?limit=2");
        assertThat(cursor.poll()).isInstanceOf(Event.class);
        assertThat(cursor.poll()).isInstanceOf(Event.class);
        assertThat(cursor.poll()).isEqualTo(new Signal.End("1", 2));
    }

    @Test
    void onlyEventsCountTowardsTheLimit() {
        line.lay(new Signal.Heartbeat("0", 0), event(1), event(2));
        Cursor cursor = open("line?limit=1");
        assertThat(cursor.poll()).isInstanceOf(Signal.Heartbeat.class);
        assertThat(((Event) cursor.poll()).offset()).isEqualTo(1);
        assertThat(cursor.poll()).isInstanceOf(Signal.End.class);
    }

    @Test
    void aFilterLeavesOutEventsAndMovesThePosition() {
        for (int n = 0; n < 1_000; n++) {
            line.lay(event(n));
        }
        line.lay(Event.of("wanted", "x").at("1000", 0, 1_000), new Signal.End("1000", 1_001));
        Semaphore wakes = new Semaphore(0);
        Cursor cursor = sources.register("line", line).open(asked("line?type=wanted"));
        cursor.onReady(wakes::release);
        int turns = 0;
        Signal signal = cursor.poll();
        while (signal == null) {
            turns++;
            assertThat(wakes.availablePermits()).as("it owes itself a wake").isEqualTo(turns);
            assertThat(cursor.position()).isEqualTo(Integer.toString(256 * turns - 1));
            signal = cursor.poll();
        }
        assertThat(turns).isEqualTo(3);
        assertThat(((Event) signal).type()).isEqualTo("wanted");
        assertThat(cursor.poll()).isEqualTo(new Signal.End("1000", 1));
    }

    @Test
    void aQuietStreamGetsAHeartbeatWithItsPosition() throws Exception {
        line.lay(event(7));
        Semaphore wakes = new Semaphore(0);
        Cursor cursor = sources.register("line", line).open(asked("line?heartbeat=1"));
        cursor.onReady(wakes::release);
        assertThat(cursor.poll()).isInstanceOf(Event.class);
        long start = System.nanoTime();
        assertThat(cursor.poll()).isNull();
        assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS))
                .as("woken for a heartbeat")
                .isTrue();
        assertThat(cursor.poll()).isEqualTo(new Signal.Heartbeat("7", 5));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(850), Duration.ofSeconds(9));
        assertThat(cursor.poll()).as("one at a time").isNull();
    }

    @Test
    void waitEndsTheStreamWithWhatItWasSent() throws Exception {
        line.lay(event(0));
        Semaphore wakes = new Semaphore(0);
        Cursor cursor = sources.register("line", line).open(asked("line?wait=1"));
        cursor.onReady(wakes::release);
        assertThat(cursor.poll()).isInstanceOf(Event.class);
        Signal signal = cursor.poll();
        while (signal == null) {
            assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS))
                    .as("woken for the end")
                    .isTrue();
            signal = cursor.poll();
        }
        assertThat(signal).isEqualTo(new Signal.End("0", 1));
    }

    @Test
    void stopEndsEveryStreamAtItsPositionAndRefusesNewOnes() {
        line.lay(event(3), event(4));
        Semaphore wakes = new Semaphore(0);
        Cursor cursor = sources.register("line", line).open(asked("line?limit=100"));
        cursor.onReady(wakes::release);
        cursor.poll();
        sources.stop(Code.SHUTDOWN, "draining", Duration.ofSeconds(2));
        assertThat(wakes.tryAcquire()).as("woken for the stop").isTrue();
        Signal.Stop stop = (Signal.Stop) cursor.poll();
        assertThat(stop.id()).isEqualTo("3");
        assertThat(stop.code()).isEqualTo(Code.SHUTDOWN);
        assertThat(stop.message()).isEqualTo("draining");
        assertThat(stop.retryAfter()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThatThrownBy(() -> sources.open(asked("line")))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.SHUTDOWN));
        cursor.close();
        assertThat(sources.open()).isZero();
    }

    @Test
    void aWakeThatFailsDoesNotStopTheClockOfTheOthers() throws Exception {
        Cursor failing = open("line?heartbeat=1");
        failing.onReady(() -> {
            throw new RejectedExecutionException("a loop that is shut down");
        });
        failing.poll();
        for (int n = 0; n < 2; n++) {
            Semaphore wakes = new Semaphore(0);
            Cursor cursor = sources.open(asked("line?heartbeat=1"));
            cursor.onReady(wakes::release);
            assertThat(cursor.poll()).isNull();
            assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS))
                    .as("woken for a heartbeat")
                    .isTrue();
        }
    }

    @Test
    void aLaterStopIsNotForgottenOverAHeartbeat() throws Exception {
        try (Sources limited =
                new Sources(new Limits(0, 0, 0, 0, Duration.ofSeconds(3), Set.of(Subscription.Slow.DROP_OLDEST)))) {
            long begin = System.nanoTime();
            Semaphore wakes = new Semaphore(0);
            Cursor cursor = limited.register("line", line).open(asked("line?heartbeat=2"));
            cursor.onReady(wakes::release);
            Signal signal = cursor.poll();
            while (!(signal instanceof Signal.Stop)) {
                assertThat(signal == null || signal instanceof Signal.Heartbeat).isTrue();
                assertThat(signal != null || wakes.tryAcquire(10, TimeUnit.SECONDS))
                        .isTrue();
                signal = cursor.poll();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("before the next heartbeat")
                    .isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void closeIsHandedThroughAllWrappers() {
        Cursor cursor = open("line?limit=3&type=a&wait=5");
        cursor.close();
        assertThat(line.closed).isEqualTo(1);
        assertThat(sources.open()).isZero();
    }

    @Test
    void columnsAndSupersededAreHandedThroughAllWrappers() {
        Cursor cursor = open("line?limit=3&type=a");
        assertThat(cursor.columns()).containsExactly("id", "name");
        assertThat(cursor.superseded()).isEqualTo(5);
    }

    private Cursor open(String nameAndQuery) {
        Cursor cursor = sources.register("line", line).open(asked(nameAndQuery));
        if (!nameAndQuery.endsWith("heartbeat=1")) {
            cursor.onReady(() -> {});
        }
        return cursor;
    }

    private static Subscription asked(String nameAndQuery) {
        return Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private static Event event(int offset) {
        return Event.of("number", "" + offset).at(Integer.toString(offset), 0, offset);
    }

    /** A source of what was laid in it, once. */
    private static class Line implements EventSource, Cursor {

        private final Deque<Signal> left = new ArrayDeque<>();
        private final List<Signal> laid = new ArrayList<>();
        private String position = "";
        private int closed;

        void lay(Signal... signals) {
            left.addAll(List.of(signals));
            laid.addAll(List.of(signals));
        }

        @Override
        public Cursor open(Subscription subscription) {
            return this;
        }

        @Override
        public void onReady(Runnable wake) {}

        @Override
        public @Nullable Signal poll() {
            Signal signal = left.poll();
            if (signal != null) {
                position = signal.id();
            }
            return signal;
        }

        @Override
        public String position() {
            return position;
        }

        @Override
        public List<String> columns() {
            return List.of("id", "name");
        }

        @Override
        public long superseded() {
            return 5;
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
