package dev.weir;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The open deliveries of one endpoint, and the watchdog over them: one that makes no progress in a write for too long is cut,
 * because a blocked write has no time limit of its own (rule C3). Streams with an end of their own have ten times the patience.
 * One thread watches all.
 */
public final class Deliveries implements AutoCloseable {

    /** How many times the patience with live streams what has an end of its own is given. */
    public static final int BOUNDED_PATIENCE = 10;

    private static final Logger LOG = System.getLogger(Deliveries.class.getName());
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final long LOOK_NANOS = 500_000_000;

    private final Set<Delivery> open = ConcurrentHashMap.newKeySet();
    private final long stallNanos;
    private final long boundedNanos;
    private final Thread watchdog;
    private volatile boolean asleep;
    private volatile boolean closed;

    /**
     * Starts to watch.
     *
     * @param name names the watching thread
     * @param maxWriteStall how long a write to a live stream may make no progress
     */
    public Deliveries(String name, Duration maxWriteStall) {
        stallNanos = maxWriteStall.toNanos();
        boundedNanos = stallNanos * BOUNDED_PATIENCE;
        watchdog = Thread.ofVirtual().name(name + "-watchdog").start(this::watch);
    }

    /**
     * Adds a delivery before it starts. Any thread.
     *
     * @param delivery not yet running
     */
    public void add(Delivery delivery) {
        open.add(delivery);
        if (asleep) {
            LockSupport.unpark(watchdog);
        }
        if (closed) {
            delivery.cancel();
        }
    }

    /**
     * Removes a delivery that has ended. Any thread, idempotent.
     *
     * @param delivery the delivery
     */
    public void remove(Delivery delivery) {
        open.remove(delivery);
    }

    /**
     * How many are open.
     *
     * @return 0 or more
     */
    public int count() {
        return open.size();
    }

    /**
     * How long a stream may make no progress. Any thread.
     *
     * @param bounded whether it has an end of its own
     * @return more than zero
     */
    public Duration patience(boolean bounded) {
        return Duration.ofNanos(bounded ? boundedNanos : stallNanos);
    }

    /** Cuts all that are open and those still to come, and waits until they have ended, five seconds at the most. Idempotent. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watchdog);
        long end = System.nanoTime() + CLOSE_WITHIN.toNanos();
        open.forEach(Delivery::cancel);
        while (!open.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(this, 1_000_000);
        }
    }

    /** One stream's failure is not the others'. */
    private void cutIfStalled(Delivery delivery, long now) {
        try {
            if (delivery.stalled(now, stallNanos, boundedNanos)) {
                delivery.cancel();
            }
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a stream could not be watched", failure);
        }
    }

    private void watch() {
        while (!closed) {
            asleep = true;
            if (open.isEmpty() && !closed) {
                LockSupport.park(this);
                continue;
            }
            asleep = false;
            LockSupport.parkNanos(this, Math.min(stallNanos / 4, LOOK_NANOS));
            long now = System.nanoTime();
            for (Delivery delivery : open) {
                cutIfStalled(delivery, now);
            }
        }
    }
}
