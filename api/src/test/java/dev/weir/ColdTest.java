package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ColdTest {

    @Test
    void givesWhatWasEmittedAndTheEnd() {
        Polled cursor = new Polled(Cold.run(out -> {
            for (int n = 0; n < 1_000; n++) {
                out.emit(Event.of("number", "" + n));
            }
        }));
        for (int n = 0; n < 1_000; n++) {
            assertThat(((Event) cursor.next()).data()).isEqualTo(Bytes.utf8("" + n));
        }
        assertThat(cursor.next()).isEqualTo(new Signal.End("", 1_000));
        cursor.close();
    }

    @Test
    void aGeneratorThatFailsBeforeItsFirstSignalIsARefusal() {
        assertThatThrownBy(() -> Cold.run(out -> {
                    throw new Refusal(Code.FORBIDDEN, "table: not yours");
                }))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.FORBIDDEN))
                .hasMessage("table: not yours");
        assertThatThrownBy(() -> Cold.run(out -> {
                    throw new IllegalStateException("secret");
                }))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.INTERNAL))
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aGeneratorThatFailsAfterItsFirstSignalIsAStop() {
        Polled cursor = new Polled(Cold.run(out -> {
            out.emit(Event.of("row", "1"));
            throw new Refusal(Code.QUOTA, "enough", Duration.ofSeconds(9));
        }));
        assertThat(cursor.next()).isInstanceOf(Event.class);
        assertThat(cursor.next()).isEqualTo(new Signal.Stop("", Code.QUOTA, "enough", Duration.ofSeconds(9)));
    }

    @Test
    void anErrorEndsTheStreamAsWell() {
        Polled cursor = new Polled(Cold.run(out -> {
            out.emit(Event.of("row", "1"));
            throw new StackOverflowError();
        }));
        assertThat(cursor.next()).isInstanceOf(Event.class);
        assertThat(((Signal.Stop) cursor.next()).code()).isEqualTo(Code.INTERNAL);
    }

    @Test
    void aGeneratorThatThinksForLongIsOpenedAndFailsWithAStop() {
        CountDownLatch thought = new CountDownLatch(1);
        Polled cursor = new Polled(Cold.run(out -> {
            thought.await();
            throw new Refusal(Code.NOT_FOUND, "too late for a refusal");
        }));
        assertThat(cursor.poll()).isNull();
        thought.countDown();
        assertThat(((Signal.Stop) cursor.next()).code()).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void anEmptyStreamEndsAtOnce() {
        assertThat(new Polled(Cold.run(out -> {})).next()).isEqualTo(new Signal.End("", 0));
    }

    @Test
    void whatEndsAStreamNamesTheLastPosition() {
        Polled ends = new Polled(Cold.run(out -> out.emit(Event.of("row", "1").withId("a-7"))));
        assertThat(ends.next().id()).isEqualTo("a-7");
        assertThat(ends.cursor.position()).isEqualTo("a-7");
        assertThat(ends.next()).isEqualTo(new Signal.End("a-7", 1));
        Polled stops = new Polled(Cold.run(out -> {
            out.emit(Event.of("row", "1").withId("a-8"));
            throw new IllegalStateException();
        }));
        stops.next();
        assertThat(stops.next().id()).isEqualTo("a-8");
    }

    @Test
    void noMoreThanTheBoundAndOneSignalWaitToBeSent() {
        AtomicInteger emitted = new AtomicInteger();
        Event event = Event.of("kilobyte", "x".repeat(1_000));
        Polled cursor = new Polled(Cold.run(out -> {
            while (true) {
                out.emit(event);
                emitted.incrementAndGet();
            }
        }));
        int bound = (64 * 1024 + event.weight() - 1) / event.weight();
        await(() -> emitted.get() == bound);
        for (int n = 1; n <= 500; n++) {
            cursor.next();
            assertThat(emitted.get()).isLessThanOrEqualTo(bound + n);
        }
        await(() -> emitted.get() == bound + 500);
        cursor.close();
    }

    @Test
    void aSignalLargerThanTheBoundPasses() {
        Polled cursor = new Polled(Cold.run(out -> {
            for (int n = 0; n < 5; n++) {
                out.emit(Event.of("large", "x".repeat(1 << 20)));
            }
        }));
        for (int n = 0; n < 5; n++) {
            assertThat(cursor.next()).isInstanceOf(Event.class);
        }
        assertThat(cursor.next()).isInstanceOf(Signal.End.class);
    }

    @Test
    void closeInterruptsOnceAndCleaningUpIsNotInterrupted() throws Exception {
        for (int round = 0; round < 200; round++) {
            int pace = round;
            AtomicInteger interrupts = new AtomicInteger();
            AtomicReference<Exception> during = new AtomicReference<>();
            CountDownLatch cleaned = new CountDownLatch(1);
            Polled cursor = new Polled(Cold.run(out -> {
                try {
                    for (int n = 0; true; n++) {
                        out.emit(Event.of("row", "x".repeat(pace % 2 == 0 ? 10 : 40_000)));
                    }
                } catch (InterruptedException cancelled) {
                    interrupts.incrementAndGet();
                    throw cancelled;
                } finally {
                    try {
                        Thread.sleep(1);
                    } catch (InterruptedException again) {
                        during.set(again);
                    }
                    cleaned.countDown();
                }
            }));
            for (int n = 0; n < round % 20; n++) {
                cursor.next();
            }
            cursor.close();
            assertThat(cleaned.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(interrupts).hasValue(1);
            assertThat(during).as("interrupted while cleaning up").hasNullValue();
        }
    }

    @Test
    void aGeneratorThatSwallowsItsInterruptIsToldAgainByEmit() throws Exception {
        AtomicInteger told = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        Polled cursor = new Polled(Cold.run(out -> {
            while (told.get() < 3) {
                try {
                    out.emit(Event.of("row", "x"));
                } catch (InterruptedException swallowed) {
                    told.incrementAndGet();
                }
            }
            over.countDown();
        }));
        cursor.next();
        cursor.close();
        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closeDoesNotWaitForAGeneratorThatIgnoresInterrupts() {
        CountDownLatch never = new CountDownLatch(1);
        Polled cursor = new Polled(Cold.run(out -> {
            out.emit(Event.of("row", "1"));
            while (never.getCount() > 0) {
                Thread.onSpinWait();
                Thread.yield();
            }
        }));
        cursor.next();
        long start = System.nanoTime();
        cursor.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        never.countDown();
    }

    @Test
    void whatHasNoEndOfItsOwnIsLive() {
        try (Cursor live = Cold.live(out -> out.emit(Event.of("row", "1")));
                Cursor bounded = Cold.run(out -> out.emit(Event.of("row", "1")))) {
            assertThat(live.bounded()).isFalse();
            assertThat(bounded.bounded()).isTrue();
        }
    }

    static Stream<Exception> whatACleanUpThrowsAfterTheClientHasGoneIsLogged() {
        return Stream.of(
                new IllegalStateException("the file cannot be closed"),
                new SocketTimeoutException("Read timed out"),
                new SocketException("Connection reset"));
    }

    @ParameterizedTest
    @MethodSource
    void whatACleanUpThrowsAfterTheClientHasGoneIsLogged(Exception failure) {
        try (Logged logged = new Logged(GeneratedCursor.class)) {
            Polled cursor = new Polled(Cold.run(out -> {
                try {
                    out.emit(Event.of("row", "1"));
                    new CountDownLatch(1).await();
                } catch (InterruptedException left) {
                    throw failure;
                }
            }));
            cursor.next();
            cursor.close();
            await(() -> logged.count(Level.WARNING) == 1);
            assertThat(logged.thrown()).isSameAs(failure);
        }
    }

    @Test
    void anInterruptIsNoFailureInWhateverWordsItIsTold() throws Exception {
        Pipe pipe = Pipe.open();
        try (Logged logged = new Logged(GeneratedCursor.class);
                Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            Polled inAChannel = new Polled(Cold.run(out -> {
                out.emit(Event.of("row", "1"));
                source.read(ByteBuffer.allocate(1));
            }));
            Polled wrapped = new Polled(Cold.run(out -> {
                out.emit(Event.of("row", "1"));
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException left) {
                    throw new IllegalStateException("not my business", left);
                }
            }));
            for (Polled cursor : List.of(inAChannel, wrapped)) {
                cursor.next();
                cursor.close();
            }
            await(() -> logged.count(Level.FINE) == 2);
            assertThat(logged.count(Level.WARNING)).isZero();
        }
    }

    @Test
    void aGeneratorThatIgnoresItsInterruptHoldsNothingOfTheStream() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Cursor cursor = Cold.run(out -> {
            out.emit(Event.of("row", "1"));
            emitInVain(out, closed);
            while (never.getCount() > 0) {
                Thread.onSpinWait();
                Thread.yield();
            }
        });
        WeakReference<Runnable> wake = awaited(cursor);
        cursor.close();
        closed.countDown();
        await(() -> {
            System.gc();
            return wake.get() == null;
        });
        assertThat(cursor.poll()).as("what was still to be sent").isNull();
        never.countDown();
    }

    private static WeakReference<Runnable> awaited(Cursor cursor) {
        AtomicInteger stream = new AtomicInteger();
        Runnable wake = stream::incrementAndGet;
        cursor.onReady(wake);
        return new WeakReference<>(wake);
    }

    private static void emitInVain(Cold.Emitter out, CountDownLatch closed) {
        while (closed.getCount() > 0) {
            Thread.onSpinWait();
        }
        try {
            out.emit(Event.of("row", "in vain"));
        } catch (InterruptedException ignored) {
            // as such a generator does
        }
    }

    @Test
    void aPublisherThatIgnoresItsCancellationFillsNothing() {
        AtomicReference<Flow.Subscriber<? super Event>> publisher = new AtomicReference<>();
        Cursor cursor = Cold.from((Flow.Publisher<Event>) publisher::set);
        cursor.onReady(() -> {});
        publisher.get().onSubscribe(new Cancellable());
        cursor.close();
        publisher.get().onNext(Event.of("row", "in vain"));
        assertThat(cursor.poll()).isNull();
    }

    @Test
    void anInterruptWhileOpeningIsARefusal() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Cold.run(out -> new CountDownLatch(1).await())).isInstanceOf(Refusal.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void readsAPublisherToItsEnd() {
        try (SubmissionPublisher<Event> publisher = new SubmissionPublisher<>()) {
            Polled cursor = new Polled(Cold.from(publisher));
            for (int n = 0; n < 200; n++) {
                publisher.submit(Event.of("number", "" + n).withId("p" + n));
            }
            publisher.close();
            List<String> ids = new ArrayList<>();
            for (int n = 0; n < 200; n++) {
                ids.add(cursor.next().id());
            }
            assertThat(ids).doesNotHaveDuplicates().startsWith("p0").endsWith("p199");
            assertThat(cursor.next()).isEqualTo(new Signal.End("p199", 200));
        }
    }

    @Test
    void aTableTellsItsColumns() {
        try (Cursor cursor = Cold.run(List.of("id", "name"), out -> out.emit(Event.of(null, "[1,\"Ann\"]")))) {
            assertThat(cursor.columns()).containsExactly("id", "name");
        }
        try (Cursor cursor = Cold.run(out -> {})) {
            assertThat(cursor.columns()).isEmpty();
        }
    }

    @Test
    void anItemThatFailsIsAGapAndTheStreamGoesOn() {
        Polled cursor = new Polled(Cold.run(out -> {
            out.emit(Event.of(null, "0").withId("a"));
            out.failed("b", 1);
            out.emit(Event.of(null, "2").withId("c"));
        }));
        assertThat(cursor.next().id()).isEqualTo("a");
        assertThat(cursor.next())
                .isEqualTo(new Signal.Gap("b", Signal.Reason.ITEM_FAILED, 0, 1, 2, OptionalLong.of(1)));
        assertThat(cursor.next().id()).isEqualTo("c");
        assertThat(cursor.next()).isEqualTo(new Signal.End("c", 2));
    }

    @Test
    void aPacedGeneratorIsNeverAheadOfItsPace() {
        long begin = System.nanoTime();
        Polled cursor = new Polled(Cold.run(out -> {
            Cold.Emitter paced = out.paced(100);
            for (int n = 0; n < 20; n++) {
                paced.emit(Event.of(null, "" + n));
            }
        }));
        for (int n = 0; n < 20; n++) {
            assertThat(cursor.next()).isInstanceOf(Event.class);
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(n * 10_000_000L);
        }
    }

    @Test
    void aPaceIsMoreThanNothing() {
        for (double pace : new double[] {0, -1, Double.NaN}) {
            assertThatThrownBy(() -> ((Cold.Emitter) signal -> {}).paced(pace))
                    .hasMessage("signalsPerSecond=" + pace + ": allowed is more than 0");
        }
    }

    @Test
    void aPacedGeneratorIsInterruptedWhileItWaits() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Cursor cursor = Cold.run(out -> {
            Cold.Emitter slow = out.paced(0.001);
            try {
                slow.emit(Event.of(null, "first"));
                slow.emit(Event.of(null, "in a quarter of an hour"));
            } catch (InterruptedException left) {
                seen.set(left);
                throw left;
            }
        });
        cursor.onReady(() -> {});
        cursor.close();
        await(() -> seen.get() != null);
    }

    @Test
    void aPublishersErrorIsAStop() {
        Polled cursor = new Polled(Cold.from(subscriber -> {
            subscriber.onSubscribe(new Cancellable());
            subscriber.onError(new IllegalStateException("secret"));
        }));
        Signal.Stop stop = (Signal.Stop) cursor.next();
        assertThat(stop.code()).isEqualTo(Code.INTERNAL);
        assertThat(stop.message()).doesNotContain("secret");
    }

    @Test
    void closeCancelsThePublisherEvenIfItComesLate() {
        AtomicReference<Flow.Subscriber<? super Event>> late = new AtomicReference<>();
        Cursor cursor = Cold.from((Flow.Publisher<Event>) late::set);
        cursor.onReady(() -> {});
        cursor.close();
        Cancellable subscription = new Cancellable();
        late.get().onSubscribe(subscription);
        assertThat(subscription.cancelled).isTrue();
    }

    private static final class Cancellable implements Flow.Subscription {

        private volatile boolean cancelled;

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not in time").isLessThan(end);
            Thread.yield();
        }
    }

    /** A cursor polled as a delivery does it: null, then the wake that is owed. */
    static final class Polled {

        private final Cursor cursor;
        private final Semaphore wakes = new Semaphore(0);

        Polled(Cursor cursor) {
            this.cursor = cursor;
            cursor.onReady(wakes::release);
        }

        Signal poll() {
            return cursor.poll();
        }

        Signal next() {
            while (true) {
                wakes.drainPermits();
                Signal signal = cursor.poll();
                if (signal != null) {
                    return signal;
                }
                try {
                    assertThat(wakes.tryAcquire(10, TimeUnit.SECONDS))
                            .as("a wake is owed")
                            .isTrue();
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            }
        }

        void close() {
            cursor.close();
        }
    }
}
