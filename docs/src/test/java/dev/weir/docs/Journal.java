package dev.weir.docs;

import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.hub.Position;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

// snippet:store
/** Every event since the process began. The map stands for a store that answers at once; put yours in its place. */
final class Journal implements EventSource {

    private final Position start;
    private final Map<Long, Event> stored = new ConcurrentHashMap<>();
    private final Set<JournalCursor> waiting = ConcurrentHashMap.newKeySet();
    private final ReentrantLock appending = new ReentrantLock();
    private volatile long end;

    Journal(String name) {
        start = Position.start(name, ThreadLocalRandom.current().nextInt(), 1);
    }

    Event append(Event event) {
        appending.lock();
        try {
            long offset = end;
            Event placed = event.at(idBefore(offset + 1), 0, offset);
            stored.put(offset, placed);
            end = offset + 1;
            waiting.forEach(JournalCursor::somethingNew);
            return placed;
        } finally {
            appending.unlock();
        }
    }

    private String idBefore(long offset) {
        Position position = start.copy();
        position.set(0, offset, -1);
        return position.id();
    }
    // end:store

    // snippet:open
    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        long now = end;
        Signal.@Nullable Gap gap = null;
        long first = switch (subscription.start()) {
            case Start.Latest latest -> now;
            case Start.Earliest earliest -> 0;
            case Start.Last last -> Math.max(0, now - last.count());
            case Start.At at -> firstSince(at.instant(), now);
            case Start.After after -> {
                Position had = Position.parse(after.id(), start); // refuses what is no id of this source
                gap = gap(had, now);
                yield gap == null ? had.offset(0) : gap.to();
            }
        };
        if (gap != null && subscription.onGap() == Subscription.OnGap.FAIL) {
            throw new Refusal(gap.reason().code(), "after: the position is not held (" + gap.reason() + ")");
        }
        long cut = subscription.until().map(until -> cut(until, now)).orElse(Long.MAX_VALUE);
        String position = subscription.start() instanceof Start.After after ? after.id() : idBefore(first);
        return new JournalCursor(first, cut, gap, position);
    }

    private Signal.@Nullable Gap gap(Position had, long now) {
        if (!had.sameEpoch(start)) {
            return new Signal.Gap(start.id(), Signal.Reason.TOPIC_RECREATED, 0, 0, 0, OptionalLong.empty());
        }
        if (had.offset(0) > now) {
            return new Signal.Gap(idBefore(now), Signal.Reason.LOG_TRUNCATED, 0, now, now, OptionalLong.empty());
        }
        return null;
    }

    private long cut(Subscription.Until until, long now) {
        Instant time = until.time();
        return time == null ? now : firstSince(time, now);
    }

    private long firstSince(Instant time, long now) {
        long offset = 0;
        while (offset < now && stored.get(offset).timeMillis() < time.toEpochMilli()) {
            offset++;
        }
        return offset;
    }
    // end:open

    // snippet:cursor
    private final class JournalCursor implements Cursor {

        // set once
        private final long cut;
        private volatile Runnable wake = () -> {};

        // the subscriber's thread
        private long next;
        private long events;
        private String position;
        private Signal.@Nullable Gap gap;

        JournalCursor(long first, long cut, Signal.@Nullable Gap gap, String position) {
            next = first;
            this.cut = cut;
            this.gap = gap;
            this.position = position;
        }

        @Override
        public void onReady(Runnable wake) {
            this.wake = wake;
        }

        @Override
        public @Nullable Signal poll() {
            Signal signal = next();
            if (signal != null) {
                position = signal.id();
            }
            return signal;
        }

        private @Nullable Signal next() {
            Signal.Gap lost = gap;
            if (lost != null) {
                gap = null;
                return lost;
            }
            if (next >= cut) {
                return new Signal.End(position, events);
            }
            if (next == end) {
                waiting.add(this); // from here on a wake is owed
                if (next == end) { // look again: it may have come between the two
                    return null;
                }
            }
            events++;
            return stored.get(next++);
        }

        void somethingNew() {
            waiting.remove(this);
            wake.run();
        }

        @Override
        public String position() {
            return position;
        }

        @Override
        public void close() {
            waiting.remove(this);
        }
    }
    // end:cursor
}
