package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class GeneratorTest {

    private static final Pattern DATA =
            Pattern.compile("(\\{\"ts\":(\\d+),\"seq\":(\\d+),\"pad\":\")([0-9a-f]{8})(x*\"})");

    @ParameterizedTest
    @ValueSource(ints = {0, 64, 1024, 16_384})
    void dataHasItsSizeAndTheChecksumOfAllElse(int size) {
        for (long seq : new long[] {0, 9, 10, 123_456_789}) {
            String data = Generator.data(1_790_000_000_123_456_789L, seq, size).toText();
            Matcher parts = parts(data);
            assertThat(parts.group(2)).isEqualTo("1790000000123456789");
            assertThat(parts.group(3)).isEqualTo(String.valueOf(seq));
            assertThat(parts.group(4)).isEqualTo(crc(parts.group(1) + parts.group(5)));
            if (size == 0) {
                assertThat(parts.group(5)).isEqualTo("\"}");
            } else {
                assertThat(data).hasSize(size);
            }
        }
    }

    @Test
    void aBurstIsThereAtOnceAndWithoutARateNoThread() {
        Pace pace = new Pace(0, 64, 2_500);
        try (Generator generator = new Generator("burst", pace, new Retention(4_096, 1 << 20, Duration.ZERO))) {
            List<Event> events = read(generator, "burst?from=earliest&until=latest", 2_500);
            for (int n = 0; n < events.size(); n++) {
                assertThat(seq(events.get(n))).isEqualTo(n);
                assertThat(ts(events.get(n))).isEqualTo(ts(events.get(0)));
            }
            assertThat(threads("weir-feed-burst")).isEmpty();
        }
    }

    @Test
    void intendedTimesAreExactMultiplesOfThePeriodFromTheStart() {
        Instant before = Instant.now();
        try (Generator generator = new Generator("steady", new Pace(300, 100, 10), Retention.DEFAULT)) {
            List<Event> events = read(generator, "steady?from=earliest", 100);
            long start = ts(events.get(10));
            for (int n = 0; n < events.size(); n++) {
                assertThat(seq(events.get(n))).isEqualTo(n);
                assertThat(ts(events.get(n)) - start)
                        .isEqualTo(n < 10 ? ts(events.get(0)) - start : (n - 10) * 1_000_000_000L / 300);
                assertThat(events.get(n).timeMillis()).isEqualTo(ts(events.get(n)) / 1_000_000);
            }
            Instant first = Instant.ofEpochSecond(0, start);
            assertThat(first).isBetween(before.minusMillis(1), Instant.now());
            assertThat(Duration.between(first, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(295));
        }
    }

    @Test
    void aTakerThatHoldsItUpGetsAllThatIsDueWithTheTimesThatWereMeant() throws Exception {
        BlockingQueue<List<Event>> taken = new LinkedBlockingQueue<>();
        CountDownLatch held = new CountDownLatch(1);
        Feed feed = new Feed("held", new Pace(1_000, 0, 0), events -> {
            taken.add(events);
            await(held);
        });
        try (feed) {
            List<Event> all = new ArrayList<>(taken.take());
            long first = ts(all.get(0));
            while (Instant.now().isBefore(Instant.ofEpochSecond(0, first + 50_000_000))) {
                Thread.onSpinWait();
            }
            held.countDown();
            List<Event> late = taken.take();
            assertThat(late).hasSizeGreaterThanOrEqualTo(45);
            all.addAll(late);
            for (int n = 0; n < all.size(); n++) {
                assertThat(ts(all.get(n))).isEqualTo(first + n * 1_000_000L);
            }
        }
    }

    @Test
    void afterCloseItsThreadIsGone() {
        Generator generator = new Generator("ended", new Pace(1, 0, 0), Retention.DEFAULT);
        assertThat(threads("weir-feed-ended")).singleElement().matches(Thread::isDaemon);
        generator.close();
        generator.close();
        assertThat(threads("weir-feed-ended")).isEmpty();
    }

    @Test
    void whatIsOutOfBoundsIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pace(-1, 0, 0))
                .withMessageStartingWith("rate=-1: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pace(0, -1, 0))
                .withMessageStartingWith("size=-1: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pace(0, 0, -1))
                .withMessageStartingWith("burst=-1: ");
    }

    private static List<Event> read(Generator generator, String nameAndQuery, int count) {
        Semaphore wakes = new Semaphore(0);
        List<Event> events = new ArrayList<>();
        try (Cursor cursor =
                generator.open(Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0))))) {
            cursor.onReady(wakes::release);
            while (events.size() < count) {
                Signal signal = cursor.poll();
                if (signal == null) {
                    await(wakes);
                } else {
                    events.add((Event) signal);
                }
            }
        }
        return events;
    }

    private static void await(Semaphore wakes) {
        try {
            assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    private static long ts(Event event) {
        return Long.parseLong(parts(event.data().toText()).group(2));
    }

    private static long seq(Event event) {
        return Long.parseLong(parts(event.data().toText()).group(3));
    }

    private static Matcher parts(String data) {
        Matcher parts = DATA.matcher(data);
        assertThat(data).matches(DATA);
        assertThat(parts.matches()).isTrue();
        return parts;
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return "%08x".formatted(crc.getValue());
    }
}
