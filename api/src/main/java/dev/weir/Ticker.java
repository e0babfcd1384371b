package dev.weir;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One coarse clock for all streams of a node, so that none has a timer of its own. */
final class Ticker implements Runnable, AutoCloseable {

    private static final Logger LOG = System.getLogger(Ticker.class.getName());

    /** A quarter of the shortest heartbeat. */
    private static final long TICK_NANOS = 250_000_000;

    private final Set<LivingCursor> living;
    private final long origin = System.nanoTime();
    private final AtomicLong expected = new AtomicLong(Long.MAX_VALUE);
    private final Thread thread;
    private volatile long now;
    private volatile boolean closed;

    Ticker(Set<LivingCursor> living) {
        this.living = living;
        thread = Thread.ofVirtual().name("weir-ticker").start(this);
    }

    /** Nanoseconds since it was made, about a tick late; cheap enough for every poll. */
    long now() {
        return now;
    }

    /** Some stream is to be looked at by then: until the earliest such time none is. Any thread, never waits. */
    void expect(long nanos) {
        if (nanos < expected.get()) {
            expected.accumulateAndGet(nanos, Math::min);
        }
    }

    @Override
    public void run() {
        while (!closed) {
            long present = System.nanoTime() - origin;
            now = present;
            if (present >= expected.get()) {
                expected.set(Long.MAX_VALUE);
                living.forEach(cursor -> tick(cursor, present));
            }
            LockSupport.parkNanos(this, TICK_NANOS);
        }
    }

    /** One stream's failure is not the others'. */
    private void tick(LivingCursor cursor, long present) {
        try {
            expect(cursor.tick(present));
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a wake failed", failure);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
