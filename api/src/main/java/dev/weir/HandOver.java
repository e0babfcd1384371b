package dev.weir;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Signals on their way from one producing thread to the thread that polls. Counts bytes; the producer asks whether there is room. */
final class HandOver {

    private static final Logger LOG = System.getLogger(HandOver.class.getName());
    private static final int BOUND = 64 * 1024;

    private final Runnable room;
    private final Queue<Signal> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger bytes = new AtomicInteger();
    private volatile Runnable wake = () -> {};
    private volatile boolean closed;

    // the producing thread
    private long events;

    // the polling thread
    private String position = "";

    /** @param room run by the polling thread when there is room again */
    HandOver(Runnable room) {
        this.room = room;
    }

    void onReady(Runnable wake) {
        this.wake = wake;
    }

    void add(Signal signal) {
        events += signal instanceof Event ? 1 : 0;
        bytes.addAndGet(weight(signal));
        queue.add(signal);
        if (closed) {
            queue.clear();
        }
        wake.run();
    }

    /** Nothing is polled any more: whoever produces on all the same holds nothing of the stream. */
    void close() {
        closed = true;
        wake = () -> {};
        queue.clear();
    }

    /** Adds the end, with the number of events before it. */
    void ended() {
        add(new Signal.End("", events));
    }

    /** Adds the stop that a failure of the source means: a refusal of its own as it is, anything else logged and told as internal. */
    Refusal failed(Throwable failure) {
        Refusal refusal = failure instanceof Refusal own
                ? own
                : new Refusal(
                        Code.INTERNAL,
                        "the source failed" + (events == 0 ? "" : "; what was sent so far is not complete"));
        if (refusal != failure) {
            LOG.log(Level.ERROR, "a source failed", failure);
        }
        add(new Signal.Stop("", refusal.code(), refusal.getMessage(), refusal.retryAfter()));
        return refusal;
    }

    @Nullable
    Signal poll() {
        Signal signal = queue.poll();
        if (signal != null) {
            int weight = weight(signal);
            int left = bytes.addAndGet(-weight);
            if (left < BOUND && left + weight >= BOUND) {
                room.run();
            }
            if (!signal.id().isEmpty()) {
                position = signal.id();
            }
        }
        return signal instanceof Signal.End end && end.id().isEmpty()
                ? new Signal.End(position, end.events())
                : signal instanceof Signal.Stop stop && stop.id().isEmpty()
                        ? new Signal.Stop(position, stop.code(), stop.message(), stop.retryAfter())
                        : signal;
    }

    /** The id of the last signal polled that had one. */
    String position() {
        return position;
    }

    boolean full() {
        return bytes.get() >= BOUND;
    }

    private static int weight(Signal signal) {
        return signal instanceof Event event ? event.weight() : 96;
    }
}
