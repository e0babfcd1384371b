package dev.weir.hub;

import dev.weir.Event;
import dev.weir.Signal;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one topic, held once for all its readers: a ring of immutable slots, bounded by count and by bytes. One
 * thread appends; any number of cursors read, each a position of its own. Nothing here waits: a reader that is overtaken finds
 * its slot gone.
 */
public final class TopicLog implements AutoCloseable {

    private final AtomicReferenceArray<@Nullable Slot> ring;
    private final int mask;
    private final long maxBytes;
    private final Position start;
    private final Waker waker;
    private final AtomicReference<@Nullable Latest> latest = new AtomicReference<>();

    // the appender's
    private long bytes;
    private String lastId;

    // written by the appender, read by all
    private volatile long head;
    private volatile long tail;
    private volatile boolean closed;

    /**
     * An empty log.
     *
     * @param name names its thread
     * @param start the position before the first signal to come
     * @param retention how much it holds
     */
    public TopicLog(String name, Position start, Retention retention) {
        int capacity = Integer.highestOneBit(Math.max(2, retention.events() * 2 - 1));
        ring = new AtomicReferenceArray<>(capacity);
        mask = capacity - 1;
        maxBytes = retention.bytes();
        this.start = start.copy();
        lastId = start.id();
        waker = new Waker(name, retention.linger());
    }

    /**
     * Adds an event, or a gap in its place, and wakes the readers. Never waits. One thread at a time.
     *
     * @param signal with its id, which is the position of the log after it
     */
    public void append(Signal signal) {
        long sequence = head;
        bytes += weight(signal);
        while (tail < sequence && (sequence - tail > mask || bytes > maxBytes)) {
            drop();
        }
        ring.setRelease((int) sequence & mask, new Slot(sequence, signal, lastId));
        lastId = signal.id();
        head = sequence + 1;
        Latest view = latest.get();
        if (view != null) {
            view.advance();
        }
        waker.signal();
    }

    /** The tail moves first: a reader that finds its slot gone finds the new tail. */
    private void drop() {
        long gone = tail;
        int index = (int) gone & mask;
        Slot oldest = ring.getPlain(index);
        if (oldest != null) {
            bytes -= weight(oldest.signal);
        }
        tail = gone + 1;
        ring.setRelease(index, null);
    }

    static int weight(Signal signal) {
        return signal instanceof Event event ? event.weight() : 160;
    }

    /**
     * The sequence number of the next signal. Any thread.
     *
     * @return 0 or more
     */
    public long head() {
        return head;
    }

    /**
     * The sequence number of the oldest signal held. Any thread.
     *
     * @return 0 to {@link #head()}
     */
    public long tail() {
        return tail;
    }

    /**
     * The position after the newest signal. Any thread.
     *
     * @return a position of the caller's own
     */
    public Position headPosition() {
        while (true) {
            long end = head;
            if (end == 0) {
                return start.copy();
            }
            Slot newest = slot(end - 1);
            if (newest != null) {
                return Position.parse(newest.signal.id(), start);
            }
        }
    }

    /**
     * A cursor that begins with a signal.
     *
     * @param sequence from {@link #tail()} to {@link #head()}; if it is gone by then, the cursor is lapped at once
     * @return a cursor of the caller's own
     */
    public LogCursor cursor(long sequence) {
        return new LogCursor(this, sequence, null, idBefore(sequence));
    }

    private String idBefore(long sequence) {
        while (true) {
            Slot before = sequence > 0 ? slot(sequence - 1) : null;
            if (before != null) {
                return before.signal.id();
            }
            Slot at = sequence < head ? slot(sequence) : null;
            if (at != null) {
                return at.before;
            }
            if (sequence == 0) {
                return start.id();
            }
            if (sequence < tail) {
                return idBefore(tail);
            }
            Thread.onSpinWait();
        }
    }

    /**
     * A cursor for a client that comes back, whose position need not be that of any slot: it begins after the newest signal that the
     * client has seen in every partition, leaves out what it has seen, and gives ids of its own until both agree.
     *
     * @param from the client's position, of this topic and epoch
     * @return a cursor of the caller's own, or null if the log does not hold all that the client lacks
     */
    public @Nullable LogCursor join(Position from) {
        while (true) {
            long low = tail;
            long high = head;
            Slot oldest = low < high ? slot(low) : null;
            if (low < high && oldest == null) {
                continue;
            }
            Position before = oldest == null ? headPosition() : Position.parse(oldest.before, start);
            if (!before.atMost(from)) {
                return null;
            }
            while (low < high) {
                long middle = (low + high) >>> 1;
                Slot slot = slot(middle);
                if (slot == null) {
                    break;
                }
                Position seen = Position.parse(slot.signal.id(), start);
                if (seen.atMost(from)) {
                    low = middle + 1;
                    before = seen;
                } else {
                    high = middle;
                }
            }
            if (low == high) {
                return new LogCursor(this, low, from.atMost(before) ? null : from.copy(), from.id());
            }
        }
    }

    /**
     * The first signal that meets a condition. Looks at every slot; for the opening of a stream, not for its course.
     *
     * @param condition asked of each signal from the oldest on
     * @return its sequence number, or {@link #head()} if there is none
     */
    public long first(Predicate<Signal> condition) {
        long end = head;
        for (long sequence = tail; sequence < end; sequence++) {
            Slot slot = slot(sequence);
            if (slot != null && condition.test(slot.signal)) {
                return sequence;
            }
        }
        return end;
    }

    @Nullable
    Slot slot(long sequence) {
        Slot slot = ring.getAcquire((int) sequence & mask);
        return slot != null && slot.sequence == sequence ? slot : null;
    }

    /** What the ring holds no more: up to its oldest signal. */
    Latest.Lost lost() {
        while (true) {
            long low = tail;
            if (low == head) {
                return new Latest.Lost(low, idBefore(low));
            }
            Slot oldest = slot(low);
            if (oldest != null) {
                return new Latest.Lost(low, oldest.before);
            }
        }
    }

    /** The view of the newest events, made for the first who asks. */
    Latest latest() {
        if (latest.get() == null) {
            latest.compareAndSet(null, new Latest(this));
        }
        Latest view = Objects.requireNonNull(latest.get());
        view.advance();
        return view;
    }

    int capacity() {
        return mask + 1;
    }

    long maxBytes() {
        return maxBytes;
    }

    Position like() {
        return start;
    }

    Waker waker() {
        return waker;
    }

    /**
     * Whether nothing will be appended any more. Any thread.
     *
     * @return true once it is closed
     */
    public boolean closed() {
        return closed;
    }

    /** Wakes all readers for the last time and ends its thread. Idempotent. */
    @Override
    public void close() {
        closed = true;
        waker.close();
    }

    /**
     * A cell of the ring.
     *
     * @param before id of the signal before, so that the oldest slot tells where the log begins
     */
    record Slot(long sequence, Signal signal, String before) {}
}
