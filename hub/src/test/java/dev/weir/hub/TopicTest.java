package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicTest {

    private final Topic topic = new Topic("orders", new Retention(64, 1 << 20, Duration.ZERO));

    @AfterEach
    void close() {
        topic.close();
    }

    @Test
    void publishersAtTheSameTimeKeepOffsetsDenseAndInOrder() throws Exception {
        Topic large = new Topic("large", new Retention(1 << 16, 1 << 26, Duration.ZERO));
        Cursor cursor = large.open(asked("large"));
        cursor.onReady(() -> {});
        try (large;
                ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Event>>> all = new ArrayList<>();
            for (int publisher = 0; publisher < 8; publisher++) {
                String name = "p" + publisher;
                all.add(publishers.submit(() -> {
                    List<Event> placed = new ArrayList<>();
                    for (int n = 0; n < 2_000; n++) {
                        placed.add(large.publish(Event.of(name, "" + n)));
                    }
                    return placed;
                }));
            }
            for (Future<List<Event>> placed : all) {
                assertThat(placed.get()).extracting(Event::offset).isSorted().doesNotHaveDuplicates();
            }
            List<Event> events = events(cursor, 16_000);
            assertThat(events)
                    .extracting(Event::offset)
                    .containsExactlyElementsOf(
                            LongStream.range(0, 16_000).boxed().toList());
            for (int publisher = 0; publisher < 8; publisher++) {
                String name = "p" + publisher;
                assertThat(events.stream().filter(event -> name.equals(event.type())))
                        .extracting(event -> Integer.parseInt(event.data().toText()))
                        .isSorted()
                        .hasSize(2_000);
            }
        }
    }

    @Test
    void aPublishedEventIsTheOneThatEverySubscriberGets() {
        Cursor one = open("orders");
        Cursor other = open("orders?from=earliest");
        Event placed = topic.publish(Event.of("number", "1"));
        assertThat(one.poll()).isSameAs(placed);
        assertThat(other.poll()).isSameAs(placed);
    }

    @Test
    void aSlowReaderIsToldExactlyWhatItLost() {
        Cursor cursor = open("orders");
        publish(10);
        assertThat(events(cursor, 4)).extracting(Event::offset).containsExactly(0L, 1L, 2L, 3L);
        publish(100);
        Signal.Gap gap = (Signal.Gap) cursor.poll();
        assertThat(gap.reason()).isEqualTo(Signal.Reason.SLOW);
        assertThat(gap.from()).isEqualTo(4);
        assertThat(gap.to()).isEqualTo(110 - 64);
        assertThat(gap.count()).hasValue(42);
        assertThat(cursor.position()).isEqualTo(gap.id());
        assertThat(events(cursor, 64)).extracting(Event::offset).startsWith(46L).endsWith(109L);
        assertThat(cursor.poll()).isNull();
    }

    @Test
    void aGapsIdLeadsToWhatFollowsTheGap() {
        Cursor cursor = open("orders");
        publish(100);
        String after = cursor.poll().id();
        assertThat(events(open("orders?after=" + after), 64))
                .extracting(Event::offset)
                .startsWith(36L);
    }

    @Test
    void untilLatestEndsAtWhatWasThereAtOpen() {
        publish(5);
        Cursor cursor = open("orders?from=earliest&until=latest");
        publish(5);
        assertThat(events(cursor, 5)).extracting(Event::offset).containsExactly(0L, 1L, 2L, 3L, 4L);
        Signal.End end = (Signal.End) cursor.poll();
        assertThat(end.events()).isEqualTo(5);
        assertThat(events(open("orders?after=" + end.id()), 5))
                .extracting(Event::offset)
                .startsWith(5L);
    }

    @Test
    void untilLatestOfAnEmptyTopicEndsAtOnce() {
        assertThat(((Signal.End) open("orders?from=earliest&until=latest").poll()).events())
                .isZero();
    }

    @Test
    void aReaderThatIsOvertakenPastItsEndHearsOfTheGapAndTheEnd() {
        publish(5);
        Cursor cursor = open("orders?from=earliest&until=latest");
        publish(500);
        Signal.Gap gap = (Signal.Gap) cursor.poll();
        assertThat(gap.from()).isZero();
        assertThat(gap.to()).isEqualTo(5);
        assertThat(gap.count()).hasValue(5);
        assertThat(cursor.poll()).isInstanceOf(Signal.End.class);
    }

    @Test
    void theLastOnesAreAtMostWhatIsHeld() {
        publish(100);
        assertThat(events(open("orders?from=last:3"), 3))
                .extracting(Event::offset)
                .containsExactly(97L, 98L, 99L);
        assertThat(events(open("orders?from=last:1000"), 64))
                .extracting(Event::offset)
                .startsWith(36L);
        assertThat(events(open("orders?from=earliest"), 64))
                .extracting(Event::offset)
                .startsWith(36L);
    }

    @Test
    void timesFarOutsideAreNoFailure() {
        publish(1);
        assertThat(events(open("orders?from=-1000000000-01-01T00:00:00Z"), 1)).hasSize(1);
        assertThat(open("orders?from=earliest&until=-1000000000-01-01T00:00:00Z")
                        .poll())
                .isInstanceOf(Signal.End.class);
    }

    @Test
    void aPositionBeyondTheHeadIsATruncatedLog() {
        publish(5);
        String ahead = topic.publish(Event.of("number", "5")).id();
        Position beyond = Position.parse(ahead, Position.start("orders", 0, 1));
        beyond.set(0, 99, -1);
        Signal.Gap gap = (Signal.Gap) open("orders?after=" + beyond.id()).poll();
        assertThat(gap.reason()).isEqualTo(Signal.Reason.LOG_TRUNCATED);
        assertThat(gap.count()).isEmpty();
        assertThatThrownBy(() -> open("orders?on-gap=fail&after=" + beyond.id()))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.CONFLICT));
    }

    @Test
    void anExpiredPositionIsRefusedWhereGapsFail() {
        String first = topic.publish(Event.of("number", "0")).id();
        publish(100);
        assertThatThrownBy(() -> open("orders?on-gap=fail&after=" + first))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.POSITION_EXPIRED));
    }

    @Test
    void unknownParametersAreRefused() {
        assertThatThrownBy(() -> open("orders?colour=red"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("colour");
    }

    @Test
    void afterCloseReadersStayOpenAndHearNothing() {
        Cursor cursor = open("orders");
        publish(1);
        topic.close();
        topic.close();
        assertThat(events(cursor, 1)).hasSize(1);
        assertThat(cursor.poll()).isNull();
        cursor.close();
    }

    @Test
    void fiftyReadersOfATopicAtFullSpeedLoseNothingWithoutAGap() throws Exception {
        long total = 200_000;
        Topic fast = new Topic("fast", new Retention(1_024, 1 << 26, Duration.ZERO));
        try (fast;
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<long[]>> readers = new ArrayList<>();
            for (int n = 0; n < 50; n++) {
                Cursor cursor = fast.open(asked("fast"));
                readers.add(threads.submit(reader(cursor, total, n)));
            }
            for (long n = 0; n < total; n++) {
                fast.publish(Event.of("number", "" + n));
                if (n % 10_000 == 0) {
                    Thread.yield();
                }
            }
            for (Future<long[]> reader : readers) {
                long[] count = reader.get(30, TimeUnit.SECONDS);
                assertThat(count[0] + count[1]).isEqualTo(total);
                assertThat(count[0]).isPositive();
            }
        }
    }

    /** Counts what came and what was told to be lost; every third reader is slow. */
    private static Callable<long[]> reader(Cursor cursor, long total, int number) {
        Semaphore wakes = new Semaphore(0);
        cursor.onReady(wakes::release);
        return () -> {
            Random random = new Random(number);
            long next = 0;
            long events = 0;
            long lost = 0;
            while (next < total) {
                Signal signal = cursor.poll();
                if (signal == null) {
                    assertThat(wakes.tryAcquire(20, TimeUnit.SECONDS))
                            .as("a wake was lost")
                            .isTrue();
                    wakes.drainPermits();
                } else if (signal instanceof Event event) {
                    assertThat(event.offset()).isEqualTo(next++);
                    events++;
                } else if (signal instanceof Signal.Gap gap) {
                    assertThat(gap.from()).isEqualTo(next);
                    assertThat(gap.to()).isGreaterThan(gap.from());
                    lost += gap.count().getAsLong();
                    next = gap.to();
                }
                if (number % 3 == 0 && random.nextInt(2_000) == 0) {
                    Thread.sleep(1);
                }
            }
            cursor.close();
            return new long[] {events, lost};
        };
    }

    private Cursor open(String nameAndQuery) {
        Cursor cursor = topic.open(asked(nameAndQuery));
        cursor.onReady(() -> {});
        return cursor;
    }

    private static Subscription asked(String nameAndQuery) {
        return Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private void publish(int count) {
        for (int n = 0; n < count; n++) {
            topic.publish(Event.of("number", "" + n));
        }
    }

    private static List<Event> events(Cursor cursor, int count) {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.add((Event) cursor.poll());
        }
        return events;
    }
}
