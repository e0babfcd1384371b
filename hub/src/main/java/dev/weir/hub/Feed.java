package dev.weir.hub;

import dev.weir.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes events for measurements ({@link Generator#data}) and gives them away at their {@link Pace}. An open loop: whatever the taker
 * does, each event tells the time at which it was meant to be sent, and one that is late goes out at once.
 */
public final class Feed implements AutoCloseable {

    private static final int MOST_AT_ONCE = 1_000;

    private final Pace pace;
    private final Consumer<List<Event>> into;
    private final @Nullable Thread thread;
    private long seq;
    private volatile boolean closed;

    /**
     * Gives the burst away, on the caller's thread, and starts a daemon thread for the rest. With a rate of 0 there is no thread.
     *
     * @param name names the thread
     * @param pace how many events, when, and how large
     * @param into takes all that is due, at most 1,000 events in a call; may block, must not throw
     */
    public Feed(String name, Pace pace, Consumer<List<Event>> into) {
        this.pace = pace;
        this.into = into;
        long begin = unixNanos();
        while (seq < pace.burst()) {
            give((int) Math.min(pace.burst() - seq, MOST_AT_ONCE), at -> begin);
        }
        thread = pace.rate() == 0
                ? null
                : Thread.ofPlatform().daemon().name("weir-feed-" + name).start(this::run);
    }

    private void run() {
        long start = System.nanoTime();
        long startUnix = unixNanos();
        while (!closed) {
            long number = seq - pace.burst();
            long elapsed = System.nanoTime() - start;
            int due = 0;
            while (due < MOST_AT_ONCE && pace.dueNanos(number + due) <= elapsed) {
                due++;
            }
            if (due > 0) {
                give(due, at -> startUnix + pace.dueNanos(at - pace.burst()));
            } else {
                LockSupport.parkNanos(this, pace.dueNanos(number) - elapsed);
            }
        }
    }

    private void give(int count, LongUnaryOperator intendedUnixNanos) {
        List<Event> events = new ArrayList<>(count);
        for (int n = 0; n < count; n++, seq++) {
            long at = intendedUnixNanos.applyAsLong(seq);
            events.add(
                    new Event("", 0, 0, at / 1_000_000, null, null, List.of(), Generator.data(at, seq, pace.size())));
        }
        into.accept(events);
    }

    private static long unixNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    /** Ends the thread; waits half a second at the most for what it is giving away. Idempotent. */
    @Override
    public void close() {
        closed = true;
        if (thread == null) {
            return;
        }
        LockSupport.unpark(thread);
        try {
            thread.join(500);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
