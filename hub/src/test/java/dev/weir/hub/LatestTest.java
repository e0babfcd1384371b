package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestTest {

    private final Position start = Position.start("prices", 1, 1);
    private int next;

    private TopicLog log(int events) {
        return new TopicLog("prices", start, new Retention(events, 1 << 20, Duration.ZERO));
    }

    private void append(TopicLog log, @Nullable String key) {
        Position at = start.copy();
        at.set(0, next + 1, -1);
        log.append(Event.of("number", "" + next)
                .withKey(key == null ? null : Bytes.utf8(key))
                .at(at.id(), 0, next++));
    }

    private static LogCursor conflating(TopicLog log, long from) {
        LogCursor cursor = log.cursor(from);
        cursor.conflate();
        return cursor;
    }

    private static List<Long> offsets(LogCursor cursor) {
        List<Long> offsets = new ArrayList<>();
        for (Signal signal = cursor.poll(); signal != null; signal = cursor.poll()) {
            offsets.add(((Event) signal).offset());
        }
        return offsets;
    }

    @Test
    void ofEachKeyTheNewestInTheOrderOfTheLog() {
        try (TopicLog log = log(64)) {
            for (String key : List.of("a", "b", "a", "c", "a", "b")) {
                append(log, key);
            }
            LogCursor cursor = conflating(log, 0);
            assertThat(offsets(cursor)).containsExactly(3L, 4L, 5L);
            assertThat(cursor.superseded()).isEqualTo(3);
            append(log, "c");
            append(log, "c");
            assertThat(offsets(cursor)).containsExactly(7L);
            assertThat(cursor.superseded()).isEqualTo(4);
        }
    }

    @Test
    void whatHasNoKeyIsNotSuperseded() {
        try (TopicLog log = log(64)) {
            append(log, null);
            append(log, "a");
            append(log, null);
            append(log, "a");
            assertThat(offsets(conflating(log, 0))).containsExactly(0L, 2L, 3L);
        }
    }

    @Test
    void theNewestOfAKeyOutlivesTheRing() {
        try (TopicLog log = log(4)) {
            LogCursor cursor = conflating(log, 0);
            append(log, "rare");
            for (int n = 0; n < 100; n++) {
                append(log, "often");
            }
            assertThat(log.tail()).isEqualTo(97);
            assertThat(offsets(cursor)).containsExactly(0L, 100L);
            assertThat(cursor.lapped()).isFalse();
            assertThat(cursor.superseded()).isEqualTo(99);
        }
    }

    @Test
    void whereEvenTheNewestIsGoneTheReaderIsLappedAndToldWhatItLost() {
        try (TopicLog log = log(4)) {
            LogCursor cursor = conflating(log, 0);
            for (int n = 0; n < 10; n++) {
                append(log, "k" + n);
            }
            assertThat(cursor.poll()).isNull();
            assertThat(cursor.lapped()).isTrue();
            List<Signal.Gap> gaps = cursor.jump();
            assertThat(gaps).hasSize(1);
            assertThat(gaps.get(0).from()).isZero();
            assertThat(gaps.get(0).to()).isEqualTo(6);
            assertThat(gaps.get(0).reason()).isEqualTo(Signal.Reason.SLOW);
            assertThat(gaps.get(0).id()).isEqualTo(cursor.position());
            assertThat(offsets(cursor)).containsExactly(6L, 7L, 8L, 9L);
        }
    }

    @Test
    void aReaderThatComesBackSeesNothingTwice() {
        try (TopicLog log = log(64)) {
            for (String key : List.of("a", "b", "c", "a", "b", "c")) {
                append(log, key);
            }
            Position had = start.copy();
            had.set(0, 4, -1);
            LogCursor cursor = log.join(had);
            assertThat(cursor).isNotNull();
            cursor.conflate();
            assertThat(offsets(cursor)).containsExactly(4L, 5L);
        }
    }

    /** A reader beside an appender: in order, nothing twice, and of each key what was appended last. */
    @Test
    void underLoadEveryKeyArrivesInItsLastState() throws Exception {
        try (TopicLog log = log(64)) {
            int total = 200_000;
            Map<String, Long> newest = new HashMap<>();
            LogCursor cursor = conflating(log, 0);
            Semaphore wakes = new Semaphore(0);
            cursor.onReady(wakes::release);
            Thread appender = Thread.ofPlatform().start(() -> {
                SplittableRandom random = new SplittableRandom(7);
                for (int n = 0; n < total; n++) {
                    String key = "k" + random.nextInt(40);
                    newest.put(key, (long) n);
                    append(log, key);
                }
            });
            Map<String, Long> seen = new HashMap<>();
            long last = -1;
            long delivered = 0;
            while (last < total - 1) {
                Signal signal = cursor.poll();
                if (signal instanceof Event event) {
                    assertThat(event.offset()).isGreaterThan(last);
                    last = event.offset();
                    seen.put(Objects.requireNonNull(event.key()).toText(), last);
                    delivered++;
                } else {
                    assertThat(cursor.lapped()).isFalse();
                    assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
                }
            }
            appender.join();
            assertThat(seen).isEqualTo(newest);
            assertThat(cursor.superseded()).isEqualTo(total - delivered);
        }
    }
}
