package dev.weir.transport.chunked;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Interrupts the thread that made it once a client has taken nothing for too long, which closes its connection: a blocked write has no
 * time limit of its own (rule C3).
 */
final class StallWatch implements AutoCloseable {

    private final Thread writer = Thread.currentThread();
    private final long patienceNanos;
    private final Thread watch;
    private volatile long moved = System.nanoTime();
    private boolean over;

    StallWatch(Duration patience) {
        patienceNanos = patience.toNanos();
        watch = Thread.ofVirtual().name("weir-files-watchdog").start(this::watch);
    }

    /** The client has taken something. */
    void moved() {
        moved = System.nanoTime();
    }

    private void watch() {
        for (long left = patienceNanos; isOpen(); left = moved + patienceNanos - System.nanoTime()) {
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                interrupt();
            }
        }
    }

    private synchronized boolean isOpen() {
        return !over;
    }

    /** Never once the writer may be busy with something else. */
    private synchronized void interrupt() {
        if (!over) {
            over = true;
            writer.interrupt();
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
