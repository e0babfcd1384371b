package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Wire;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A wire to nowhere. All wires of one loop count into one total. */
final class CountingWire implements Wire {

    private static final long DEADLINE_NANOS = 20_000_000_000L;

    /** Written by the loop's thread alone. */
    static final class Total {

        private final AtomicLong frames = new AtomicLong();
        private final AtomicLong writes = new AtomicLong();
        private final AtomicInteger open = new AtomicInteger();
        private long kept;

        void reset(int streams) {
            open.set(streams);
        }

        long frames() {
            return frames.get();
        }

        long writes() {
            return writes.get();
        }

        int open() {
            return open.get();
        }

        /** Blocks until so many frames were written. */
        void await(long wanted) {
            long end = 0;
            for (int spins = 0; frames.get() < wanted; spins++) {
                Thread.onSpinWait();
                if (spins > 100_000) {
                    long now = System.nanoTime();
                    end = end == 0 ? now + DEADLINE_NANOS : end;
                    if (now > end) {
                        throw new IllegalStateException("delivered " + frames + " of " + wanted + " frames");
                    }
                }
            }
        }
    }

    private final Total total;
    private boolean opened;

    CountingWire(Total total) {
        this.total = total;
    }

    @Override
    public void refuse(Refusal why) {
        throw why;
    }

    @Override
    public void open(Signal.Open at, Codec codec) {}

    @Override
    public void write(Bytes frame) {
        total.kept += opened ? 1 : 0;
    }

    @Override
    public void flush() {
        if (opened) {
            total.writes.lazySet(total.writes.getPlain() + 1);
            total.frames.lazySet(total.frames.getPlain() + total.kept);
            total.kept = 0;
        }
        opened = true;
    }

    @Override
    public void close(Signal last) {
        total.open.decrementAndGet();
    }

    @Override
    public void abort() {
        total.open.decrementAndGet();
    }
}
