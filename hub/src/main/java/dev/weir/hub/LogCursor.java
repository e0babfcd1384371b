package dev.weir.hub;

import dev.weir.Event;
import dev.weir.Signal;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a {@link TopicLog}: a sequence number, no more. Used by one thread at a time; no method waits. It needs no closing.
 */
public final class LogCursor extends Waker.Waiter {

    private static final int BATCH = 256;

    // set once
    private final TopicLog log;
    private volatile Runnable wake = () -> {};

    // the reader's thread
    private long next;
    private String position;
    private boolean lapped;

    /** What the client had seen when it joined; null as soon as the log's own ids cover it. */
    private @Nullable Position seen;

    LogCursor(TopicLog log, long next, @Nullable Position seen, String position) {
        this.log = log;
        this.next = next;
        this.seen = seen;
        this.position = position;
    }

    /**
     * Sets what is run when there may be something to poll.
     *
     * @param wake never waits
     */
    public void onReady(Runnable wake) {
        this.wake = wake;
    }

    /**
     * The next signal.
     *
     * @return the next signal, or null: the reader is {@link #lapped}, or there is nothing now and a wake is owed
     */
    public @Nullable Signal poll() {
        for (int passed = 0; passed < BATCH; passed++) {
            if (next == log.head()) {
                log.waker().arm(this);
                if (next == log.head()) {
                    return null;
                }
            }
            TopicLog.Slot slot = log.slot(next);
            if (slot == null) {
                lapped = true;
                return null;
            }
            next++;
            Signal signal = seen == null ? slot.signal() : unseen(slot.signal(), seen);
            if (signal != null) {
                position = signal.id();
                return signal;
            }
        }
        wake.run();
        return null;
    }

    private @Nullable Signal unseen(Signal signal, Position had) {
        Position reached = Position.parse(signal.id(), log.like());
        boolean agreed = had.atMost(reached);
        if (agreed) {
            seen = null;
        }
        String id = agreed ? signal.id() : had.max(reached).id();
        position = id;
        if (signal instanceof Event event) {
            boolean old = event.offset() < had.offset(event.partition());
            return old ? null : agreed ? event : event.withId(id);
        }
        if (signal instanceof Signal.Gap gap) {
            boolean old = gap.to() <= had.offset(gap.partition());
            return old ? null : new Signal.Gap(id, gap.reason(), gap.partition(), gap.from(), gap.to(), gap.count());
        }
        return signal;
    }

    /**
     * Whether the log has moved past this reader. It stays so until {@link #moveTo}.
     *
     * @return true if the signal it stands before is gone
     */
    public boolean lapped() {
        return lapped;
    }

    /**
     * The sequence number of the next signal.
     *
     * @return 0 or more
     */
    public long next() {
        return next;
    }

    /**
     * Goes on elsewhere in the log.
     *
     * @param sequence where
     */
    public void moveTo(long sequence) {
        next = sequence;
        lapped = false;
    }

    /**
     * The id of the last signal given or left out, or where the reader began.
     *
     * @return an id
     */
    public String position() {
        return position;
    }

    @Override
    void wake() {
        wake.run();
    }
}
