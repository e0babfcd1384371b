package dev.weir.hub;

import dev.weir.Event;
import dev.weir.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a {@link TopicLog}: a sequence number, no more. Used by one thread at a time; no method waits. It needs no closing.
 */
public final class LogCursor extends Waker.Waiter {

    private static final int BATCH = 256;

    // set once
    private final TopicLog log;
    private volatile Runnable wake = () -> {};
    private Waker.@Nullable Crowd crowd;
    private @Nullable Latest latest;

    // the reader's thread
    private long next;
    private String position;
    private boolean lapped;
    private long superseded;

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
     * Sets what is run when there may be something to poll, and where. Readers of the same loop cost the waker one step together.
     *
     * @param wake never waits
     * @param loop from here on the only one that polls
     */
    public void onReady(Runnable wake, Executor loop) {
        crowd = log.waker().of(loop);
        onReady(wake);
    }

    /** From here on gives of the events that wait only the newest of each key. Before the first poll. */
    public void conflate() {
        latest = log.latest();
    }

    /**
     * The next signal.
     *
     * @return the next signal, or null: the reader is {@link #lapped}, or there is nothing now and a wake is owed
     */
    public @Nullable Signal poll() {
        for (int passed = 0; passed < BATCH; passed++) {
            Latest view = seen == null ? latest : null;
            TopicLog.Slot slot = view == null ? inLog() : inView(view);
            if (slot == null) {
                return null;
            }
            superseded += slot.sequence() - next;
            next = slot.sequence() + 1;
            Signal signal = seen == null ? slot.signal() : unseen(slot.signal(), seen);
            if (signal != null) {
                position = signal.id();
                return signal;
            }
        }
        wake.run();
        return null;
    }

    private TopicLog.@Nullable Slot inLog() {
        if (next == log.head()) {
            arm();
            if (next == log.head()) {
                return null;
            }
        }
        TopicLog.Slot slot = log.slot(next);
        lapped = slot == null;
        return slot;
    }

    private TopicLog.@Nullable Slot inView(Latest view) {
        if (next >= view.head()) {
            arm();
            if (next >= view.head()) {
                return null;
            }
        }
        TopicLog.Slot slot = view.from(next);
        lapped = next < view.lost().to();
        return lapped ? null : slot;
    }

    private void arm() {
        Waker.Crowd mine = crowd;
        if (mine == null) {
            log.waker().arm(this);
        } else {
            mine.arm(this);
        }
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
     * Whether the log has moved past this reader. It stays so until {@link #jump}.
     *
     * @return true if the signal it stands before is gone
     */
    public boolean lapped() {
        return lapped;
    }

    /**
     * Goes on with the oldest signal that is held, leaving out what is gone.
     *
     * @return a gap for each partition that has lost something the reader lacks, in the order in which they are to be told
     */
    public List<Signal.Gap> jump() {
        Latest.Lost lost = seen == null && latest != null ? latest.lost() : log.lost();
        Position before = Position.parse(position, log.like());
        Position after = before.max(Position.parse(lost.id(), log.like()));
        List<Signal.Gap> gaps = new ArrayList<>();
        for (int partition = 0; partition < after.partitions(); partition++) {
            long from = before.offset(partition);
            long to = after.offset(partition);
            if (from < to) {
                before.set(partition, to, after.leaderEpoch(partition));
                gaps.add(new Signal.Gap(before.id(), Signal.Reason.SLOW, partition, from, to, OptionalLong.empty()));
            }
        }
        next = lost.to();
        position = before.id();
        lapped = false;
        return gaps;
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
     * The id of the last signal given or left out, or where the reader began.
     *
     * @return an id
     */
    public String position() {
        return position;
    }

    /**
     * How many events were left out because a newer one of the same key has taken their place.
     *
     * @return 0 unless it is to {@link #conflate}
     */
    public long superseded() {
        return superseded;
    }

    @Override
    void wake() {
        wake.run();
    }
}
