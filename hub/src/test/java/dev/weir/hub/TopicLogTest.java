package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Event;
import dev.weir.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicLogTest {

    private final Position start = Position.start("orders", 7, 1);

    @Test
    void holdsNoMoreThanItsCount() {
        try (TopicLog log = log(4, 1 << 20)) {
            for (int n = 0; n < 11; n++) {
                log.append(event(n, "x"));
                assertThat(log.head()).isEqualTo(n + 1);
                assertThat(log.head() - log.tail()).isEqualTo(Math.min(n + 1, 4));
            }
            assertThat(numbers(log.cursor(log.tail()))).containsExactly(7L, 8L, 9L, 10L);
        }
    }

    @Test
    void itsCountIsRoundedUpToAPowerOfTwo() {
        try (TopicLog log = log(5, 1 << 20)) {
            for (int n = 0; n < 100; n++) {
                log.append(event(n, "x"));
            }
            assertThat(log.head() - log.tail()).isEqualTo(8);
        }
    }

    @Test
    void holdsNoMoreThanItsBytes() {
        int weight = event(0, "x".repeat(1_000)).weight();
        try (TopicLog log = log(1_024, 10L * weight)) {
            for (int n = 0; n < 100; n++) {
                log.append(event(n, "x".repeat(1_000)));
                assertThat(log.head() - log.tail()).isLessThanOrEqualTo(10);
            }
            assertThat(log.head() - log.tail()).isEqualTo(10);
            for (int n = 100; n < 200; n++) {
                log.append(event(n, ""));
            }
            assertThat(log.head() - log.tail()).isGreaterThan(50);
        }
    }

    @Test
    void bytesAreCountedAsTheyComeAndGo() {
        Random random = new Random(3);
        long bound = 20_000;
        try (TopicLog log = log(64, bound)) {
            List<Event> all = new ArrayList<>();
            for (int n = 0; n < 5_000; n++) {
                Event event = event(n, "x".repeat(random.nextInt(1_500)));
                all.add(event);
                log.append(event);
                List<Event> held = all.subList((int) log.tail(), (int) log.head());
                long bytes = held.stream().mapToLong(Event::weight).sum();
                assertThat(bytes).isLessThanOrEqualTo(bound);
                if (log.tail() > 0 && held.size() < 64) {
                    assertThat(bytes + all.get((int) log.tail() - 1).weight()).isGreaterThan(bound);
                }
            }
        }
    }

    @Test
    void alwaysHoldsTheNewest() {
        try (TopicLog log = log(8, 1)) {
            log.append(event(0, "x".repeat(1_000)));
            log.append(event(1, "y".repeat(1_000)));
            assertThat(log.tail()).isEqualTo(1);
            assertThat(numbers(log.cursor(1))).containsExactly(1L);
        }
    }

    @Test
    void anEmptyLogStandsAtItsStart() {
        start.set(0, 40, 2);
        try (TopicLog log = log(8, 1 << 20)) {
            assertThat(log.headPosition().id()).isEqualTo(start.id());
            assertThat(log.cursor(0).position()).isEqualTo(start.id());
            assertThat(log.cursor(0).poll()).isNull();
            assertThat(log.first(any -> true)).isZero();
        }
    }

    @Test
    void itsHeadPositionIsThatOfTheNewest() {
        try (TopicLog log = log(8, 1 << 20)) {
            for (int n = 0; n < 20; n++) {
                Event event = event(n, "x");
                log.append(event);
                assertThat(log.headPosition().id()).isEqualTo(event.id());
            }
        }
    }

    @Test
    void findsTheFirstThatMeetsACondition() {
        try (TopicLog log = log(8, 1 << 20)) {
            for (int n = 0; n < 20; n++) {
                log.append(event(n, "x"));
            }
            assertThat(log.first(signal -> ((Event) signal).offset() >= 15)).isEqualTo(15);
            assertThat(log.first(signal -> ((Event) signal).offset() >= 3)).isEqualTo(12);
            assertThat(log.first(signal -> false)).isEqualTo(20);
        }
    }

    @Test
    void aCursorThatWasOvertakenIsLappedUntilItMoves() {
        try (TopicLog log = log(4, 1 << 20)) {
            LogCursor cursor = log.cursor(0);
            for (int n = 0; n < 5; n++) {
                log.append(event(n, "x"));
            }
            assertThat(cursor.poll()).isNull();
            assertThat(cursor.lapped()).isTrue();
            assertThat(cursor.poll()).isNull();
            assertThat(cursor.next()).isZero();
            cursor.jump();
            assertThat(cursor.lapped()).isFalse();
            assertThat(numbers(cursor)).containsExactly(1L, 2L, 3L, 4L);
            assertThat(cursor.lapped()).isFalse();
        }
    }

    @Test
    void aGapTakesThePlaceOfAnEvent() {
        try (TopicLog log = log(4, 1 << 20)) {
            log.append(event(0, "x"));
            start.set(0, 2, -1);
            Signal gap = new Signal.Gap(start.id(), Signal.Reason.OVERSIZED, 0, 1, 2, OptionalLong.of(1));
            log.append(gap);
            LogCursor cursor = log.cursor(0);
            cursor.poll();
            assertThat(cursor.poll()).isSameAs(gap);
            assertThat(cursor.position()).isEqualTo(gap.id());
        }
    }

    @Test
    void aCursorThatFoundNothingIsWokenByTheNextAppend() throws Exception {
        try (TopicLog log = log(16, 1 << 20)) {
            LogCursor cursor = log.cursor(0);
            Semaphore wakes = new Semaphore(0);
            cursor.onReady(wakes::release);
            for (int n = 0; n < 200; n++) {
                assertThat(cursor.poll()).isNull();
                log.append(event(n, "x"));
                assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
                assertThat(((Event) cursor.poll()).offset()).isEqualTo(n);
            }
        }
    }

    /** Each append comes just as the reader, which has read the one before, finds nothing and arms. */
    @Test
    void noWakeIsLostBetweenAReaderAndAnAppenderThatRunNeckAndNeck() throws Exception {
        try (TopicLog log = log(16, 1 << 20)) {
            AtomicLong seen = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();
            LogCursor cursor = log.cursor(0);
            Semaphore wakes = new Semaphore(0);
            cursor.onReady(wakes::release);
            Thread reader = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    if (cursor.poll() == null) {
                        wakes.acquireUninterruptibly();
                        wakes.drainPermits();
                    } else {
                        seen.incrementAndGet();
                    }
                }
            });
            Random random = new Random(5);
            long end = System.nanoTime() + 1_500_000_000;
            for (long n = 0; System.nanoTime() < end; n++) {
                long deadline = System.nanoTime() + 5_000_000_000L;
                for (int spins = 0; seen.get() < n; spins++) {
                    if (spins > 1_000) {
                        assertThat(System.nanoTime())
                                .as("lost the wake of append %d", n)
                                .isLessThan(deadline);
                        Thread.yield();
                    }
                }
                for (int wait = random.nextInt(60); wait > 0; wait--) {
                    Thread.onSpinWait();
                }
                log.append(new Signal.Heartbeat(start.id(), n));
            }
            over.set(true);
            wakes.release();
            reader.join();
            assertThat(seen.get()).isGreaterThan(1_000);
        }
    }

    /** The tail moves before the slot goes, so what a lapped reader has lost is never empty and never too little. */
    @Test
    void aReaderThatFindsItsSlotGoneFindsTheTailMoved() throws Exception {
        try (TopicLog log = log(2, 1 << 20)) {
            Thread appender = Thread.ofPlatform().start(() -> {
                for (int n = 0; !Thread.currentThread().isInterrupted(); n++) {
                    log.append(new Signal.Heartbeat(start.id(), n));
                }
            });
            long end = System.nanoTime() + 500_000_000;
            LogCursor cursor = log.cursor(0);
            while (System.nanoTime() < end) {
                Signal signal = cursor.poll();
                if (signal == null && cursor.lapped()) {
                    long tail = log.tail();
                    assertThat(tail).isGreaterThan(cursor.next());
                    cursor.jump();
                    assertThat(cursor.next()).isGreaterThanOrEqualTo(tail);
                }
            }
            appender.interrupt();
            appender.join();
        }
    }

    private TopicLog log(int events, long bytes) {
        return new TopicLog("test", start, new Retention(events, bytes, Duration.ZERO));
    }

    private Event event(long offset, String data) {
        Position at = start.copy();
        at.set(0, offset + 1, -1);
        return Event.of("number", data).at(at.id(), 0, offset);
    }

    private static List<Long> numbers(LogCursor cursor) {
        List<Long> numbers = new ArrayList<>();
        for (Signal signal = cursor.poll(); signal != null; signal = cursor.poll()) {
            numbers.add(((Event) signal).offset());
        }
        return numbers;
    }
}
