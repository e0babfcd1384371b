package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeliveryTest {

    private final Recorder wire = new Recorder();
    private final Script script = new Script();
    private final Steps steps = new Steps();

    @Test
    void opensSendsFlushesOnceForABatchAndCloses() throws IOException {
        script.give(event(0), event(1), new Signal.End("2", 2));
        run("script");
        assertThat(wire.calls)
                .containsExactly(
                        "open @0", "write open", "flush", "write 0", "write 1", "write end", "flush", "close End");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void steppedItSaysTheSame() throws IOException {
        script.give(event(0), event(1), new Signal.End("2", 2));
        start("script");
        assertThat(wire.calls)
                .containsExactly(
                        "open @0", "write open", "flush", "write 0", "write 1", "write end", "flush", "close End");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void aLongRunOfEventsIsFlushedByBatchesAndOthersGetTheirTurn() throws IOException {
        for (int n = 0; n < 200; n++) {
            script.give(event(n));
        }
        script.give(new Signal.End("200", 200));
        start("script");
        assertThat(wire.calls.stream().filter("flush"::equals)).hasSize(1 + 4);
        assertThat(steps.taken).isEqualTo(4);
    }

    @Test
    void whatIsRefusedIsNeverOpened() throws IOException {
        Refusal no = new Refusal(Code.QUOTA, "too many");
        new Delivery(script, asked -> Words.CODEC, wire).run(() -> {
            throw no;
        });
        new Delivery(
                        script,
                        asked -> {
                            throw no;
                        },
                        wire)
                .run(asked("script"));
        new Delivery(
                        asked -> {
                            throw no;
                        },
                        asked -> Words.CODEC,
                        wire)
                .start(asked("script"), steps);
        assertThat(wire.calls).containsExactly("refuse quota", "refuse quota", "refuse quota");
        assertThat(script.opened).isZero();
    }

    @Test
    void whatFailsWhileOpeningIsRefusedAsInternal() throws IOException {
        for (Throwable failure : List.of(new IllegalStateException("secret"), new StackOverflowError("secret"))) {
            new Delivery(
                            asked -> {
                                throw sneaky(failure);
                            },
                            asked -> Words.CODEC,
                            wire)
                    .run(asked("script"));
        }
        assertThat(wire.calls).containsExactly("refuse internal", "refuse internal");
        assertThat(wire.said).allSatisfy(said -> assertThat(said).doesNotContain("secret"));
    }

    @Test
    void aSourceThatFailsIsAStopAtTheLastPosition() throws IOException {
        script.give(event(0), event(1));
        script.fail(new IllegalStateException("secret"));
        start("script");
        assertThat(wire.calls).endsWith("write 1", "write stop internal @2", "flush", "close Stop");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void aSourceThatFailsWithAnErrorIsAStopAsWell() throws IOException {
        script.give(event(0));
        script.fail(new StackOverflowError());
        run("script");
        assertThat(wire.calls).endsWith("write stop internal @1", "flush", "close Stop");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void aFailureInTheWireAbortsAndClosesTheSource() throws IOException {
        for (Throwable failure :
                List.of(new IOException("gone"), new IllegalStateException(), new NoClassDefFoundError())) {
            Script source = new Script();
            source.give(event(0));
            Recorder broken = new Recorder() {
                @Override
                public void flush() throws IOException {
                    if (calls.contains("write 0")) {
                        throw sneaky(failure);
                    }
                }
            };
            new Delivery(source, asked -> Words.CODEC, broken).start(asked("script"), steps);
            steps.run();
            assertThat(broken.calls).endsWith("write 0", "abort");
            assertThat(source.closed).isEqualTo(1);
        }
    }

    @Test
    void aPeerThatIsGoneAtTheHeadIsAborted() throws IOException {
        Recorder gone = new Recorder() {
            @Override
            public void open(Signal.Open at, Codec codec) throws IOException {
                throw new IOException("gone");
            }
        };
        new Delivery(script, asked -> Words.CODEC, gone).run(asked("script"));
        assertThat(gone.calls).containsExactly("abort");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void aSourceThatFailsToCloseDoesNotHurtTheLoop() throws IOException {
        for (Throwable failure : List.of(new IllegalStateException("cannot"), new NoClassDefFoundError())) {
            Script source = new Script();
            Recorder whole = new Recorder();
            source.give(new Signal.End("0", 0));
            source.closing = failure;
            new Delivery(source, asked -> Words.CODEC, whole).start(asked("script"), steps);
            steps.run();
            assertThat(whole.calls).endsWith("close End");
            assertThat(source.closed).isEqualTo(1);
        }
    }

    @Test
    void anEventThatCannotBeEncodedIsAGap() throws IOException {
        script.give(
                Event.of("unsayable", "x").at("1", 3, 7),
                Event.of("failing", "x").at("2", 3, 8),
                event(2));
        script.give(new Signal.End("3", 3));
        run("script");
        assertThat(wire.calls)
                .containsSubsequence(
                        "write gap unencodable 3:7-8 @1", "write gap unencodable 3:8-9 @2", "write 2", "write end");
    }

    @Test
    void aFormatWithoutAWordForAGapStopsInstead() throws IOException {
        script.give(event(0), gap("9"), event(9));
        Delivery delivery = new Delivery(script, asked -> Words.MUTE_ABOUT_GAPS, wire);
        delivery.run(asked("script"));
        assertThat(wire.calls).endsWith("write 0", "write stop position-expired @1", "flush", "close Stop");
    }

    @Test
    void whereGapsFailAGapIsAStopBeforeIt() throws IOException {
        script.give(event(0), gap("9"), event(9));
        run("script?on-gap=fail");
        assertThat(wire.calls).endsWith("write 0", "write stop position-expired @1", "flush", "close Stop");
    }

    @Test
    void aFullWireIsNotWrittenToUntilItIsWoken() throws IOException {
        wire.room = 2;
        for (int n = 0; n < 5; n++) {
            script.give(event(n));
        }
        Delivery delivery = start("script");
        assertThat(wire.calls).endsWith("write 0", "flush");
        assertThat(delivery.blockedSince()).isNotZero();
        long since = delivery.blockedSince();
        delivery.wake();
        steps.run();
        assertThat(delivery.blockedSince()).as("no progress was made").isEqualTo(since);
        wire.room = 99;
        delivery.wake();
        steps.run();
        assertThat(wire.calls).endsWith("write 1", "write 2", "write 3", "write 4", "flush");
        assertThat(delivery.blockedSince()).isZero();
    }

    @Test
    void aWriteThatMovesOnIsNoStall() throws IOException {
        wire.room = 1;
        script.give(event(0));
        Delivery delivery = start("script");
        long now = delivery.blockedSince();
        assertThat(delivery.stalled(now + 90, 100, 1_000)).isFalse();
        wire.taken = 1;
        assertThat(delivery.stalled(now + 190, 100, 1_000))
                .as("it has moved on")
                .isFalse();
        assertThat(delivery.stalled(now + 280, 100, 1_000)).isFalse();
        assertThat(delivery.stalled(now + 300, 100, 1_000))
                .as("it stands still")
                .isTrue();
        assertThat(delivery.stalled(now + 300, 1_000, 100)).as("a live stream").isFalse();
    }

    @Test
    void aStreamWithAnEndHasThePatienceOfItsOwn() throws IOException {
        wire.room = 1;
        script.give(event(0));
        Delivery delivery = start("script?limit=5");
        long now = delivery.blockedSince();
        assertThat(delivery.stalled(now + 300, 100, 1_000)).isFalse();
        assertThat(delivery.stalled(now + 1_100, 100, 1_000)).isTrue();
    }

    @Test
    void manyWakesAreOneStep() throws IOException {
        Delivery delivery = start("script");
        int before = steps.taken;
        for (int n = 0; n < 100; n++) {
            delivery.wake();
        }
        assertThat(steps.waiting()).isEqualTo(1);
        steps.run();
        assertThat(steps.taken).isEqualTo(before + 1);
    }

    @Test
    void cancelAbortsAndClosesOnce() throws IOException {
        Delivery delivery = start("script");
        delivery.cancel();
        delivery.cancel();
        assertThat(script.closed).as("by the loop, not by the one who cancels").isZero();
        steps.run();
        delivery.cancel();
        delivery.wake();
        steps.run();
        assertThat(wire.calls).endsWith("flush", "abort");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void whatIsCancelledBeforeItStartsIsCutAtOnceAndNeverOpened() throws IOException {
        Delivery stepped = new Delivery(script, asked -> Words.CODEC, wire);
        stepped.cancel();
        stepped.start(asked("script"), steps);
        steps.run();
        Delivery run = new Delivery(script, asked -> Words.CODEC, wire);
        run.cancel();
        run.run(asked("script"));
        assertThat(wire.calls).containsExactly("abort", "abort");
        assertThat(script.opened).isZero();
    }

    @Test
    void anInterruptEndsARunThatIsWaiting() throws Exception {
        Thread runner = runner();
        while (runner.getState() != Thread.State.WAITING) {
            Thread.yield();
        }
        runner.interrupt();
        assertThat(runner.join(Duration.ofSeconds(10))).isTrue();
        assertThat(wire.calls).endsWith("abort");
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void anInterruptEndsARunThatIsBusy() throws Exception {
        script.endless = true;
        Thread runner = runner();
        TimeUnit.MILLISECONDS.sleep(20);
        runner.interrupt();
        assertThat(runner.join(Duration.ofSeconds(10))).isTrue();
        assertThat(script.closed).isEqualTo(1);
    }

    @Test
    void theWatchdogCutsWhatMakesNoProgress() throws IOException {
        wire.room = 1;
        script.give(event(0), event(1));
        try (Deliveries deliveries = new Deliveries("test", Duration.ofMillis(50))) {
            Executor loop = step -> Thread.ofVirtual().start(step);
            Delivery stuck = new Delivery(script, asked -> Words.CODEC, wire);
            deliveries.add(stuck);
            stuck.start(asked("script"), loop);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (script.closed == 0) {
                assertThat(System.nanoTime()).as("cut in time").isLessThan(end);
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(List.copyOf(wire.calls)).contains("abort");
            assertThat(deliveries.count()).isEqualTo(1);
            deliveries.remove(stuck);
        }
    }

    @Test
    void whatIsAddedAfterCloseIsCut() throws IOException {
        Deliveries deliveries = new Deliveries("test", Duration.ofSeconds(30));
        deliveries.close();
        Delivery late = new Delivery(script, asked -> Words.CODEC, wire);
        deliveries.add(late);
        late.run(asked("script"));
        assertThat(wire.calls).containsExactly("abort");
    }

    private Thread runner() {
        return Thread.ofPlatform().start(() -> {
            try {
                run("script");
            } catch (IOException gone) {
                wire.calls.add("threw");
            }
        });
    }

    private void run(String nameAndQuery) throws IOException {
        new Delivery(script, asked -> Words.CODEC, wire).run(asked(nameAndQuery));
    }

    private Delivery start(String nameAndQuery) throws IOException {
        Delivery delivery = new Delivery(script, asked -> Words.CODEC, wire);
        delivery.start(asked(nameAndQuery), steps);
        steps.run();
        return delivery;
    }

    private static Supplier<Subscription> asked(String nameAndQuery) {
        return () -> Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private static Event event(int offset) {
        return Event.of("number", "" + offset).at(Integer.toString(offset + 1), 0, offset);
    }

    private static Signal.Gap gap(String id) {
        return new Signal.Gap(id, Signal.Reason.RETENTION, 0, 1, 9, OptionalLong.of(8));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
        throw (T) failure;
    }

    /** A format of plain words. */
    private static final class Words implements Codec {

        static final Codec CODEC = new Words(true);
        static final Codec MUTE_ABOUT_GAPS = new Words(false);

        private final boolean gaps;

        private Words(boolean gaps) {
            this.gaps = gaps;
        }

        @Override
        public String mediaType() {
            return "text/plain";
        }

        @Override
        public @Nullable Bytes encode(Signal signal) {
            String word = switch (signal) {
                case Event event when "unsayable".equals(event.type()) -> null;
                case Event event when "failing".equals(event.type()) -> throw new IllegalStateException();
                case Event event -> Long.toString(event.offset());
                case Signal.Open open -> "open";
                case Signal.Heartbeat heartbeat -> "heartbeat";
                case Signal.Gap gap ->
                    gaps
                            ? "gap " + gap.reason() + " " + gap.partition() + ":" + gap.from() + "-" + gap.to() + " @"
                                    + gap.id()
                            : null;
                case Signal.Stop stop -> "stop " + stop.code() + " @" + stop.id();
                case Signal.End end -> "end";
            };
            return word == null ? null : Bytes.utf8(word);
        }
    }

    /** A wire that writes down what it is told, with room for so many frames. */
    private static class Recorder implements Wire {

        final Queue<String> calls = new ConcurrentLinkedQueue<>();
        final List<String> said = new ArrayList<>();
        volatile int room = Integer.MAX_VALUE;
        volatile long taken;
        private int frames;

        @Override
        public void refuse(Refusal why) {
            calls.add("refuse " + why.code());
            said.add(why.getMessage());
        }

        @Override
        public void open(Signal.Open at, Codec codec) throws IOException {
            calls.add("open @" + at.id());
        }

        @Override
        public boolean ready() {
            return frames < room;
        }

        @Override
        public long taken() {
            return taken;
        }

        @Override
        public void write(Bytes frame) {
            frames++;
            if (calls.size() < 10_000) {
                calls.add("write " + frame.toText());
            }
        }

        @Override
        public void flush() throws IOException {
            if (calls.size() < 10_000) {
                calls.add("flush");
            }
        }

        @Override
        public void close(Signal last) {
            calls.add("close " + last.getClass().getSimpleName());
        }

        @Override
        public void abort() {
            calls.add("abort");
        }
    }

    /** A source and its only cursor, which gives what it was given and fails when told to. */
    private static final class Script implements EventSource, Cursor {

        private final ArrayDeque<Signal> left = new ArrayDeque<>();
        private @Nullable Throwable failure;
        private @Nullable Throwable closing;
        private String position = "0";
        private int opened;
        private volatile int closed;
        private volatile boolean endless;

        void give(Signal... signals) {
            left.addAll(List.of(signals));
        }

        void fail(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Cursor open(Subscription subscription) {
            opened++;
            return this;
        }

        @Override
        public void onReady(Runnable wake) {}

        @Override
        public @Nullable Signal poll() {
            if (endless) {
                return event(0);
            }
            Signal signal = left.poll();
            if (signal == null && failure != null) {
                throw DeliveryTest.<RuntimeException>sneaky(failure);
            }
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
        public void close() {
            closed++;
            if (closing != null) {
                throw DeliveryTest.<RuntimeException>sneaky(closing);
            }
        }
    }

    /** A loop that steps when the test says so. */
    private static final class Steps implements Executor {

        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private int taken;

        @Override
        public void execute(Runnable step) {
            waiting.add(step);
        }

        int waiting() {
            return waiting.size();
        }

        void run() {
            for (Runnable step = waiting.poll(); step != null; step = waiting.poll()) {
                taken++;
                step.run();
            }
        }
    }
}
