package dev.weir.hub;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the wakes of all readers that wait for a log, on one thread of its own, so that the thread that appends never does. At most
 * one round in each {@code linger}: after a quiet moment a wake runs at once, those that follow within it are one round. Readers
 * that are stepped by the same loop are woken there, all by one step.
 */
final class Waker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Waker.class.getName());

    private final Waiters waiting = new Waiters();
    private final Map<Executor, WeakReference<Crowd>> crowds = new WeakHashMap<>();
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

        // who arms it, one thread at a time, and the waker's between armed and its wake
        private volatile boolean armed;
        private @Nullable Waiter next;

        final boolean armed() {
            return armed;
        }

        /** Never waits; run by the waker's thread, or by the loop of its crowd. */
        abstract void wake();
    }

    /** The waiters that are owed a wake. */
    private static final class Waiters {

        private final AtomicReference<@Nullable Waiter> first = new AtomicReference<>();

        void add(Waiter waiter) {
            if (!waiter.armed()) {
                waiter.armed = true;
                Waiter before;
                do {
                    before = first.get();
                    waiter.next = before;
                } while (!first.compareAndSet(before, waiter));
            }
        }

        boolean none() {
            return first.get() == null;
        }

        void wakeAll() {
            Waiter waiter = first.getAndSet(null);
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
    }

    /** The readers that one loop steps: to the waker they are one, so that what they share with it stays in the loop's processor. */
    final class Crowd extends Waiter implements Runnable {

        /** Held by the streams that it steps: a log that nobody writes to must not keep it. */
        private final WeakReference<Executor> loop;

        private final Waiters members = new Waiters();

        private Crowd(Executor loop) {
            this.loop = new WeakReference<>(loop);
        }

        /** As {@link Waker#arm}; any thread. */
        void arm(Waiter member) {
            members.add(member);
            // a crowd that is armed need not be in the list yet: another thread may be about to put it there
            synchronized (this) {
                Waker.this.arm(this);
            }
        }

        @Override
        void wake() {
            Executor steps = loop.get();
            if (steps != null) {
                steps.execute(this);
            }
        }

        @Override
        public void run() {
            members.wakeAll();
        }
    }

    /** Those that a loop steps. Any thread. */
    Crowd of(Executor loop) {
        synchronized (crowds) {
            WeakReference<Crowd> known = crowds.get(loop);
            Crowd crowd = known == null ? null : known.get();
            if (crowd == null) {
                crowd = new Crowd(loop);
                crowds.put(loop, new WeakReference<>(crowd));
            }
            return crowd;
        }
    }

    /** Owes a waiter a wake after the next {@link #signal}. The caller must look again afterwards whether it still has to wait. */
    void arm(Waiter waiter) {
        waiting.add(waiter);
    }

    /** There is something new. Never waits; cheap if nobody does. */
    void signal() {
        signalled = true;
        if (idle && !waiting.none()) {
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
            waiting.wakeAll();
            long rest;
            while (!closed && (rest = round + lingerNanos - System.nanoTime()) > 0) {
                LockSupport.parkNanos(this, rest);
            }
        }
        waiting.wakeAll();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
