package dev.weir;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** All that time and the operator do to a stream: heartbeats, the end of the waiting time, and the stop. */
final class LivingCursor extends WrappedCursor {

    private static final long NEVER = Long.MAX_VALUE;
    private static final long GRACE_NANOS = 1_000_000_000;

    // set once
    private final Sources sources;
    private final Ticker ticker;
    private final Gate.Pass pass;
    private final boolean bounded;
    private final boolean failsOnGap;
    private final long heartbeatNanos;
    private final boolean waits;
    private final long endNanos;

    // the stream's own thread
    private long lastNanos;
    private String ending = "gone";

    // read by the ticker: when to wake a stream that has nothing to send; what is sent meanwhile does not put it off
    private volatile long due = NEVER;

    // written by any thread
    private volatile @Nullable Stopping stopping;

    /** @param atNanos of the ticker */
    private record Stopping(Code code, String message, Duration retryAfter, long atNanos) {}

    LivingCursor(Cursor inner, Subscription subscription, Sources sources, Ticker ticker, Gate.Pass pass) {
        super(inner);
        this.sources = sources;
        this.ticker = ticker;
        this.pass = pass;
        bounded = subscription.bounded() || inner.bounded();
        failsOnGap = subscription.onGap() == Subscription.OnGap.FAIL;
        heartbeatNanos = subscription.heartbeat().toNanos();
        lastNanos = ticker.now();
        waits = subscription.waiting().isPresent();
        endNanos = lastNanos + subscription.waiting().orElse(Duration.ZERO).toNanos();
    }

    @Override
    public @Nullable Signal poll() {
        long now = ticker.now();
        Stopping stop = stopping;
        if (stop != null && now >= stop.atNanos) {
            return told(new Signal.Stop(position(), stop.code, stop.message, stop.retryAfter));
        }
        if (waits && now >= endNanos) {
            return told(new Signal.End(position(), inner instanceof CountedCursor counted ? counted.events() : 0));
        }
        Signal signal = next();
        if (signal != null) {
            lastNanos = now;
            return signal instanceof Event ? signal : told(signal);
        }
        if (now - lastNanos >= heartbeatNanos) {
            lastNanos = now;
            return new Signal.Heartbeat(position(), superseded());
        }
        long next = lastNanos + heartbeatNanos;
        next = waits ? Math.min(next, endNanos) : next;
        if (next < due) {
            due = next;
            ticker.expect(next);
        }
        return null;
    }

    /** What it throws becomes a stop. */
    private @Nullable Signal next() {
        boolean failed = true;
        try {
            Signal signal = inner.poll();
            failed = false;
            return signal;
        } finally {
            if (failed) {
                ending = Code.INTERNAL.toString();
            }
        }
    }

    private Signal told(Signal signal) {
        if (signal instanceof Signal.Gap gap) {
            sources.counted(gap);
            ending = failsOnGap ? gap.reason().code().toString() : ending;
        } else if (signal instanceof Signal.Stop stop) {
            ending = stop.code().toString();
        } else if (signal instanceof Signal.End) {
            ending = "end";
        }
        return signal;
    }

    /**
     * Ends the stream with its first poll after that time, unless it is to end earlier already. Any thread.
     *
     * @param in from now; one that will end by itself is left the whole {@code atLast}
     */
    void stop(Code code, String message, Duration retryAfter, Duration in, Duration atLast) {
        long at = ticker.now() + (bounded ? atLast : in).toNanos();
        synchronized (this) {
            Stopping before = stopping;
            if (before == null || at < before.atNanos) {
                stopping = new Stopping(code, message, retryAfter, at);
            }
        }
        ticker.expect(at);
        wake.run();
    }

    @Override
    public boolean bounded() {
        return bounded;
    }

    @Override
    public boolean overdue() {
        Stopping stop = stopping;
        return stop != null && ticker.now() - stop.atNanos > GRACE_NANOS;
    }

    /** Run by the ticker. Returns when it is to look again, unless it is told an earlier time. */
    long tick(long now) {
        Stopping stop = stopping;
        long at = stop == null ? due : Math.min(due, stop.atNanos);
        if (now < at) {
            return at;
        }
        due = NEVER;
        wake.run();
        return stop == null || now >= stop.atNanos ? NEVER : stop.atNanos;
    }

    @Override
    public void close() {
        try {
            pass.leave();
            sources.ended(this, ending);
        } finally {
            super.close();
        }
    }
}
