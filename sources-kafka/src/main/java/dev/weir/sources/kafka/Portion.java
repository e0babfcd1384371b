package dev.weir.sources.kafka;

import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A part of a topic's history for one subscriber: filled by a reader, then its cursor's. */
final class Portion {

    // set once
    private final String topic;
    private final Position to;

    // the reader's until it is filled, then the cursor's
    private final Position from;
    private final Queue<Signal> signals = new ArrayDeque<>();
    private int bytes;
    private boolean changed;
    private boolean last;

    /**
     * @param from where to begin; it moves on to where the portion ends
     * @param to what the subscriber needs, partition by partition; nothing is read past it
     */
    Portion(String topic, Position from, Position to) {
        this.topic = topic;
        this.from = from.copy();
        this.to = to;
    }

    /** For the cursor, once filled. */
    @Nullable
    Signal next() {
        return signals.poll();
    }

    /** For the cursor, once filled. */
    Position reached() {
        return from;
    }

    /** For the cursor, once filled: whether Kafka still holds what the position has seen, or has told since. */
    boolean proven() {
        for (int partition = 0; partition < to.partitions(); partition++) {
            if (KafkaTopic.precedes(from, to, partition)) {
                return false;
            }
        }
        return true;
    }

    /** For the cursor, once filled: whether the log is not the one that was read before, so that the client must ask anew. */
    boolean changed() {
        return changed;
    }

    /** For the cursor, once filled: whether no portion follows. */
    boolean last() {
        return last;
    }

    Position from() {
        return from;
    }

    Position to() {
        return to;
    }

    /** The partitions of which something is missing, or is to be proven. */
    List<TopicPartition> behind() {
        List<TopicPartition> behind = new ArrayList<>();
        for (int partition = 0; partition < to.partitions(); partition++) {
            if (lacks(partition) || KafkaTopic.precedes(from, to, partition)) {
                behind.add(new TopicPartition(topic, partition));
            }
        }
        return behind;
    }

    boolean lacks(int partition) {
        return from.offset(partition) < to.offset(partition);
    }

    /** Whether anything is missing before where the subscriber must get to. */
    boolean incomplete() {
        for (int partition = 0; partition < to.partitions(); partition++) {
            if (lacks(partition)) {
                return true;
            }
        }
        return false;
    }

    boolean full() {
        return bytes >= Backlog.PORTION;
    }

    /** How many full portions its size comes to, rounded up; one at the least. */
    int share() {
        return 1 + bytes / (Backlog.PORTION + 1);
    }

    void add(Signal signal) {
        signals.add(signal);
        bytes += signal instanceof Event event ? event.weight() : 0;
    }

    void pass(Damage.Stretch lost) {
        long end = Math.min(lost.to(), to.offset(lost.of().partition()));
        if (lost.from() < end) {
            signals.add(new Damage.Stretch(lost.of(), lost.from(), end).gap(from));
        }
    }

    void truncated(int partition, long held, long asked) {
        from.set(partition, held, -1);
        signals.add(
                new Signal.Gap(from.id(), Signal.Reason.LOG_TRUNCATED, partition, held, asked, OptionalLong.empty()));
    }

    void expired(int partition, long asked, long begin) {
        from.set(partition, begin, -1);
        signals.add(new Signal.Gap(from.id(), Signal.Reason.RETENTION, partition, asked, begin, OptionalLong.empty()));
    }

    void change() {
        changed = true;
        last = true;
    }

    /** Everything before that offset has been seen, or is none: markers and holes. */
    void moveOn(int partition, long offset) {
        if (offset >= to.offset(partition)) {
            from.set(
                    partition,
                    Math.max(to.offset(partition), from.offset(partition)),
                    Math.max(from.leaderEpoch(partition), to.leaderEpoch(partition)));
        } else if (offset > from.offset(partition)) {
            from.set(partition, offset, from.leaderEpoch(partition));
        }
    }

    /** Nothing follows, even though more may be missing. */
    void end() {
        last = true;
    }

    /** Once filled: what begins where this one ends. */
    Portion following() {
        return new Portion(topic, from, to);
    }
}
