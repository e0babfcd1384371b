package dev.weir;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All that time and the operator do to a stream: heartbeats, the end of the waiting time, and the stop. */
final class LivingCursor extends WrappedCursor {

    private static final long NEVER = Long.MAX_VALUE;

    // set once
    private final Ticker ticker;
    private final Set<LivingCursor> living;
    private final long heartbeatNanos;
    private final boolean waits;
    private final long endNanos;
    private volatile Runnable wake = () -> {};

    // the stream's own thread
    private long lastNanos;

    // read by the ticker: when to wake a stream that has nothing to send
    private final AtomicLong due = new AtomicLong(NEVER);

    // written by any thread
    private volatile Signal.@Nullable Stop stop;

    LivingCursor(Cursor inner, Subscription subscription, Ticker ticker, Set<LivingCursor> living) {
        super(inner);
        this.ticker = ticker;
        this.living = living;
        heartbeatNanos = subscription.heartbeat().toNanos();
        lastNanos = ticker.now();
        waits = subscription.waiting().isPresent();
        endNanos = lastNanos + subscription.waiting().orElse(Duration.ZERO).toNanos();
        living.add(this);
    }

    @Override
    public void onReady(Runnable wake) {
        this.wake = wake;
        super.onReady(wake);
    }

    @Override
    public @Nullable Signal poll() {
        Signal.Stop stopped = stop;
        if (stopped != null) {
            return new Signal.Stop(position(), stopped.code(), stopped.message(), stopped.retryAfter());
        }
        long now = ticker.now();
        if (waits && now - endNanos >= 0) {
            return new Signal.End(position(), 0);
        }
        Signal signal = inner.poll();
        if (signal != null) {
            lastNanos = now;
            return signal;
        }
        if (now - lastNanos >= heartbeatNanos) {
            lastNanos = now;
            due.setRelease(NEVER);
            return new Signal.Heartbeat(position(), superseded());
        }
        long next = lastNanos + heartbeatNanos;
        due.setRelease(waits ? Math.min(next, endNanos) : next);
        return null;
    }

    /** Ends the stream with its next poll. Any thread. */
    void stop(Code code, String message, Duration retryAfter) {
        stop = new Signal.Stop("", code, message, retryAfter);
        wake.run();
    }

    /** Run by the ticker. */
    void tick(long now) {
        if (now >= due.getAcquire()) {
            due.setRelease(NEVER);
            wake.run();
        }
    }

    @Override
    public void close() {
        living.remove(this);
        super.close();
    }
}
