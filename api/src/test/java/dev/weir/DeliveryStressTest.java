package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wires whose room comes and goes, sources that wake whenever they like, cancels in the middle: no stream may be stuck. */
@Timeout(120)
class DeliveryStressTest {

    private static final int STREAMS = 6_000;
    private static final int AT_ONCE = 300;

    private final Queue<String> breaches = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @ParameterizedTest
    @CsvSource({"start, 1", "run, 2"})
    void everyStreamEndsOnceAndClosesItsCursorOnce(String driver, long seed) {
        Random seeds = new Random(seed);
        int complete = 0;
        ExecutorService loop = Executors.newSingleThreadExecutor();
        try {
            for (int begun = 0; begun < STREAMS; begun += AT_ONCE) {
                List<Stream> streams = new ArrayList<>();
                for (int n = 0; n < AT_ONCE; n++) {
                    streams.add(new Stream(driver.equals("start"), seeds.nextLong()));
                }
                streams.forEach(stream -> threads.execute(() -> stream.carry(loop)));
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                for (Stream stream : streams) {
                    while (!stream.over()) {
                        assertThat(System.nanoTime()).as("stuck: %s", stream).isLessThan(end);
                        LockSupport.parkNanos(100_000);
                    }
                    stream.check();
                    complete += "close End".equals(stream.ending.get()) ? 1 : 0;
                }
            }
        } finally {
            threads.shutdownNow();
            loop.shutdownNow();
        }
        assertThat(breaches).isEmpty();
        assertThat(complete).as("streams that came to their end").isBetween(STREAMS / 4, STREAMS - STREAMS / 20);
    }

    /** A source, its cursor and its wire, each with a fate of its own. */
    private final class Stream implements EventSource, Cursor, Wire {

        private final boolean stepped;
        private final long seed;
        private final Random cursorsLuck;
        private final Random wiresLuck;
        private final Delivery delivery = new Delivery(this, asked -> new Numbers(), this);
        private final AtomicReference<@Nullable String> ending = new AtomicReference<>();
        private final AtomicInteger closes = new AtomicInteger();
        private final AtomicBoolean inCursor = new AtomicBoolean();
        private final AtomicBoolean inWire = new AtomicBoolean();
        private volatile boolean opened;
        private volatile boolean returned;
        private volatile boolean room = true;
        private volatile Runnable wake = () -> {};
        private final long events;
        private long given;
        private volatile long written;

        Stream(boolean stepped, long seed) {
            this.stepped = stepped;
            this.seed = seed;
            cursorsLuck = new Random(seed);
            wiresLuck = new Random(~seed);
            events = cursorsLuck.nextInt(300);
        }

        void carry(ExecutorService loop) {
            Random luck = new Random(seed + 1);
            if (luck.nextInt(4) == 0) {
                later(luck.nextInt(400_000), delivery::cancel);
            }
            try {
                if (stepped) {
                    delivery.start(() -> Subscription.to("stress"), loop);
                } else {
                    delivery.run(() -> Subscription.to("stress"));
                }
            } catch (IOException gone) {
                breaches.add("threw " + gone);
            }
            returned = true;
        }

        boolean over() {
            return returned && ending.get() != null && (!opened || closes.get() > 0);
        }

        void check() {
            if (opened && closes.get() != 1) {
                breaches.add("cursor closed " + closes + " times: " + this);
            }
            if ("close End".equals(ending.get()) && written != events) {
                breaches.add("ended after " + written + " of " + events + " events: " + this);
            }
        }

        private void later(int nanos, Runnable task) {
            threads.execute(() -> {
                if (nanos > 1_000) {
                    LockSupport.parkNanos(nanos);
                }
                task.run();
            });
        }

        // the source

        @Override
        public Cursor open(Subscription subscription) {
            if (cursorsLuck.nextInt(20) == 0) {
                throw new Refusal(Code.OVERLOADED, "not now");
            }
            opened = true;
            return this;
        }

        @Override
        public void onReady(Runnable wake) {
            this.wake = wake;
        }

        @Override
        public @Nullable Signal poll() {
            enter(inCursor, "cursor");
            try {
                if (closes.get() > 0) {
                    breaches.add("poll after close: " + this);
                }
                if (given == events) {
                    return new Signal.End("", events);
                }
                switch (cursorsLuck.nextInt(60)) {
                    case 0 -> {
                        later(0, wake);
                        return null;
                    }
                    case 1 -> {
                        later(cursorsLuck.nextInt(50_000), wake);
                        return null;
                    }
                    case 2 -> {
                        wake.run();
                        wake.run();
                        return null;
                    }
                    case 3 -> wake.run();
                    case 4 -> {
                        if (cursorsLuck.nextInt(100) == 0) {
                            throw new IllegalStateException("out of luck");
                        }
                    }
                    default -> {}
                }
                return Event.of(null, Bytes.EMPTY).at("", 0, given++);
            } finally {
                inCursor.set(false);
            }
        }

        @Override
        public String position() {
            return "";
        }

        @Override
        public void close() {
            enter(inCursor, "cursor");
            closes.incrementAndGet();
            inCursor.set(false);
        }

        // the wire

        @Override
        public void refuse(Refusal why) {
            end("refuse");
        }

        @Override
        public void open(Signal.Open at, Codec codec) throws IOException {
            alive();
        }

        @Override
        public boolean ready() {
            if (!stepped) {
                return true;
            }
            if (wiresLuck.nextInt(30) == 0) {
                room = false;
                boolean twice = wiresLuck.nextBoolean();
                later(wiresLuck.nextInt(60_000), () -> {
                    room = true;
                    delivery.wake();
                    if (twice) {
                        delivery.wake();
                    }
                });
            }
            return room;
        }

        @Override
        public void write(Bytes frame) throws IOException {
            enter(inWire, "wire");
            try {
                alive();
                if (frame.length() > 0) {
                    if (frame.at(0) != (byte) written) {
                        breaches.add("out of order at " + written + ": " + this);
                    }
                    written++;
                }
                if (wiresLuck.nextInt(5_000) == 0) {
                    throw new IOException("reset by peer");
                }
                if (!stepped && wiresLuck.nextInt(40) == 0) {
                    LockSupport.parkNanos(20_000);
                }
            } finally {
                inWire.set(false);
            }
        }

        @Override
        public void flush() throws IOException {
            alive();
        }

        @Override
        public void close(Signal last) throws IOException {
            alive();
            end("close " + last.getClass().getSimpleName());
        }

        @Override
        public void abort() {
            ending.compareAndSet(null, "abort");
        }

        private void end(String how) {
            if (!ending.compareAndSet(null, how) && (stepped || !"abort".equals(ending.get()))) {
                breaches.add(how + " after " + ending.get() + ": " + this);
            }
        }

        private void alive() throws IOException {
            if (ending.get() != null) {
                if (stepped) {
                    breaches.add("written to after " + ending.get() + ": " + this);
                }
                throw new IOException("cut");
            }
        }

        private void enter(AtomicBoolean busy, String what) {
            if (!busy.compareAndSet(false, true)) {
                breaches.add("two threads in the " + what + ": " + this);
            }
        }

        @Override
        public String toString() {
            return "stream " + seed + ", " + (opened ? "opened" : "not opened") + ", ending " + ending.get()
                    + ", closed " + closes + ", written " + written + " of " + events;
        }
    }

    private static final class Numbers implements Codec {

        @Override
        public String mediaType() {
            return "application/octet-stream";
        }

        @Override
        public @Nullable Bytes encode(Signal signal) {
            return signal instanceof Event event ? Bytes.owned(new byte[] {(byte) event.offset()}) : null;
        }
    }
}
