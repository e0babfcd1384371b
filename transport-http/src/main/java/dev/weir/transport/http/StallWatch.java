package dev.weir.transport.http;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Acts once a client has taken, or sent, nothing for too long: what blocks on a connection has no time limit of its own (rule C3). */
public final class StallWatch implements AutoCloseable {

    private final long patienceNanos;
    private final Runnable cut;
    private final Thread watch;
    private volatile long moved = System.nanoTime();
    private boolean over;

    /**
     * Watches the calling thread, and interrupts it, which closes the connection that it blocks on.
     *
     * @param patience how long nothing may move
     */
    public StallWatch(Duration patience) {
        this(patience, Thread.currentThread()::interrupt);
    }

    /**
     * Starts to watch; {@link #close} ends it.
     *
     * @param patience how long nothing may move
     * @param cut run once, on a thread of its own, if nothing has moved for so long; never after {@link #close}
     */
    public StallWatch(Duration patience, Runnable cut) {
        patienceNanos = patience.toNanos();
        this.cut = cut;
        watch = Thread.ofVirtual().name("weir-stall-watchdog").start(this::watch);
    }

    /** The client has taken, or sent, something. Any thread. */
    public void moved() {
        moved = System.nanoTime();
    }

    private void watch() {
        for (long left = patienceNanos; isOpen(); left = moved + patienceNanos - System.nanoTime()) {
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                cut();
            }
        }
    }

    private synchronized boolean isOpen() {
        return !over;
    }

    /** Never once the thread may be busy with something else. */
    private synchronized void cut() {
        if (!over) {
            over = true;
            cut.run();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            over = true;
        }
        LockSupport.unpark(watch);
    }
}
