package dev.weir.hub;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the wakes of all readers that wait for a log, on one thread of its own, so that the thread that appends never does. At most
 * one round in each {@code linger}: after a quiet moment a wake runs at once, those that follow within it are one round.
 */
final class Waker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Waker.class.getName());

    private final AtomicReference<@Nullable Waiter> waiting = new AtomicReference<>();
    private final long lingerNanos;
    private final Thread thread;
    private volatile boolean signalled;
    private volatile boolean idle;
    private volatile boolean closed;

    Waker(String name, Duration linger) {
        lingerNanos = linger.toNanos();
        thread = Thread.ofVirtual().name("weir-waker-" + name).start(this::run);
    }

    /** A reader in the list of those that are owed a wake. */
    abstract static class Waiter {

        // the waiter's own thread, and the waker's between armed and its wake
        private volatile boolean armed;
        private @Nullable Waiter next;

        /** Never waits; run by the waker's thread. */
        abstract void wake();
    }

    /** Owes a waiter a wake after the next {@link #signal}. The caller must look again afterwards whether it still has to wait. */
    void arm(Waiter waiter) {
        if (!waiter.armed) {
            waiter.armed = true;
            Waiter first;
            do {
                first = waiting.get();
                waiter.next = first;
            } while (!waiting.compareAndSet(first, waiter));
        }
    }

    /** There is something new. Never waits; cheap if nobody does. */
    void signal() {
        signalled = true;
        if (idle && waiting.get() != null) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            if (!signalled) {
                idle = true;
                if (!signalled) {
                    LockSupport.park(this);
                }
                idle = false;
                continue;
            }
            long round = System.nanoTime();
            signalled = false;
            wakeAll();
            long rest;
            while (!closed && (rest = round + lingerNanos - System.nanoTime()) > 0) {
                LockSupport.parkNanos(this, rest);
            }
        }
        wakeAll();
    }

    private void wakeAll() {
        Waiter waiter = waiting.getAndSet(null);
        while (waiter != null) {
            Waiter next = waiter.next;
            waiter.armed = false;
            wake(waiter);
            waiter = next;
        }
    }

    /** One subscriber's failure is not the others'. */
    private static void wake(Waiter waiter) {
        try {
            waiter.wake();
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
