package dev.weir.hub;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A topic that lives in this process: what is published is read by everyone who subscribes, and held as its {@link Retention}
 * allows. It has one partition, numbered from 0, and a new epoch each time it is made. Safe for any number of threads.
 */
public final class Topic implements EventSource, AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Position next;
    private final Position start;
    private final TopicLog log;
    private final ReentrantLock appending = new ReentrantLock();

    /**
     * An empty topic with {@link Retention#DEFAULT}.
     *
     * @param name its name, which is part of every id
     */
    public Topic(String name) {
        this(name, Retention.DEFAULT);
    }

    /**
     * An empty topic.
     *
     * @param name its name, which is part of every id
     * @param retention how much it holds
     */
    public Topic(String name, Retention retention) {
        start = Position.start(name, ThreadLocalRandom.current().nextInt(), 1);
        next = start.copy();
        log = new TopicLog(name, start, retention);
    }

    /**
     * Appends an event. Waits for other publishers at most, never for a subscriber.
     *
     * @param event its id, partition and offset are ignored
     * @return the event as subscribers get it, with its id and offset
     */
    public Event publish(Event event) {
        appending.lock();
        try {
            long offset = next.offset(0);
            next.set(0, offset + 1, -1);
            Event placed = event.at(next.id(), 0, offset);
            log.append(placed);
            return placed;
        } finally {
            appending.unlock();
        }
    }

    /** Opens a reader. Does not block. */
    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        subscription.refuseBody();
        Subscription.Slow slow = subscription.slow().orElse(Subscription.Slow.DROP_OLDEST);
        if (slow == Subscription.Slow.LAG) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "slow=lag: nothing is stored of this topic to catch up from; allowed are drop-oldest, conflate, disconnect");
        }
        Signal.@Nullable Gap gap = null;
        long first = first(subscription.start());
        if (subscription.start() instanceof Start.After after) {
            gap = gap(Position.parse(after.id(), start));
            if (gap != null && subscription.onGap() == Subscription.OnGap.FAIL) {
                throw new Refusal(
                        gap.reason().code(),
                        "after: the position is not held (" + gap.reason()
                                + "); start with from=earliest, or take on-gap=continue");
            }
            first = gap == null ? Position.parse(after.id(), start).offset(0) : gap.to();
        }
        long cut = subscription.until().map(this::cut).orElse(Long.MAX_VALUE);
        return new TopicCursor(first, gap, cut, subscription.start(), slow);
    }

    private long first(Start where) {
        if (where instanceof Start.Earliest) {
            return log.tail();
        }
        if (where instanceof Start.Last last) {
            return Math.max(log.tail(), log.head() - last.count());
        }
        if (where instanceof Start.At at) {
            return firstSince(at.instant());
        }
        return log.head();
    }

    private long cut(Subscription.Until until) {
        Instant time = until.time();
        return time == null ? log.head() : firstSince(time);
    }

    private long firstSince(Instant time) {
        return log.first(signal -> signal instanceof Event event && event.timeMillis() >= time.toEpochMilli());
    }

    /** What a client that comes back has missed for good; null if nothing. */
    private Signal.@Nullable Gap gap(Position had) {
        long tail = log.tail();
        long head = log.head();
        long offset = had.offset(0);
        if (!had.sameEpoch(start)) {
            return gap(Signal.Reason.TOPIC_RECREATED, 0, tail, OptionalLong.empty());
        }
        if (offset > head) {
            return gap(Signal.Reason.LOG_TRUNCATED, head, head, OptionalLong.empty());
        }
        return offset < tail ? gap(Signal.Reason.RETENTION, offset, tail, OptionalLong.of(tail - offset)) : null;
    }

    private Signal.Gap gap(Signal.Reason reason, long from, long to, OptionalLong count) {
        Position after = start.copy();
        after.set(0, to, -1);
        return new Signal.Gap(after.id(), reason, 0, from, to, count);
    }

    /** Ends its thread: subscribers stay open and hear nothing more. Idempotent. */
    @Override
    public void close() {
        log.close();
    }

    /** A reader of the log that jumps on, and says so, where it was lapped. */
    private final class TopicCursor implements Cursor {

        private final LogCursor reader;
        private final long cut;
        private final Subscription.Slow slow;
        private Signal.@Nullable Gap gap;
        private String position;
        private long events;

        TopicCursor(long first, Signal.@Nullable Gap gap, long cut, Start where, Subscription.Slow slow) {
            if (where instanceof Start.After after) {
                position = after.id();
            } else {
                Position at = start.copy();
                at.set(0, first, -1);
                position = at.id();
            }
            reader = log.cursor(first);
            this.gap = gap;
            this.cut = cut;
            this.slow = slow;
            if (slow == Subscription.Slow.CONFLATE && cut == Long.MAX_VALUE) {
                reader.conflate();
            }
        }

        @Override
        public void onReady(Runnable wake) {
            reader.onReady(wake);
        }

        @Override
        public void onReady(Runnable wake, Executor loop) {
            reader.onReady(wake, loop);
        }

        @Override
        public @Nullable Signal poll() {
            Signal.Gap first = gap;
            if (first != null) {
                gap = null;
                position = first.id();
                return first;
            }
            if (reader.next() >= cut) {
                return new Signal.End(position, events);
            }
            Signal signal = reader.poll();
            if (signal == null && reader.lapped()) {
                signal = overtaken();
            }
            if (signal != null) {
                position = signal.id();
                events += signal instanceof Event ? 1 : 0;
            }
            return signal;
        }

        private Signal overtaken() {
            if (slow == Subscription.Slow.DISCONNECT) {
                return new Signal.Stop(
                        position, Code.SLOW_CONSUMER, "the topic has overtaken you; come back with the last id", RETRY);
            }
            long from = reader.next();
            reader.jump();
            long to = Math.min(reader.next(), cut);
            boolean all = slow == Subscription.Slow.DROP_OLDEST;
            return gap(Signal.Reason.SLOW, from, to, all ? OptionalLong.of(to - from) : OptionalLong.empty());
        }

        @Override
        public String position() {
            return position;
        }

        @Override
        public long superseded() {
            return reader.superseded();
        }

        @Override
        public boolean bounded() {
            return cut != Long.MAX_VALUE;
        }

        @Override
        public void close() {
            // The log knows its reader until the next append, and must not hold what the reader woke.
            reader.onReady(() -> {});
        }
    }
}
