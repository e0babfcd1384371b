package dev.weir.hub;

import dev.weir.Bytes;
import dev.weir.Event;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Of each key of a log the newest event, in the order of the log: what conflating readers read. Signals without a key are all kept.
 * One view serves all readers of the log; it has the log's own bounds, and holds an event beyond the ring as long as it is the newest
 * of its key. The appender keeps it up, from the first conflating reader on.
 */
final class Latest {

    private final TopicLog log;
    private final ConcurrentSkipListMap<Long, TopicLog.Slot> newest = new ConcurrentSkipListMap<>();
    private final ReentrantLock advancing = new ReentrantLock();

    // guarded by advancing
    private final Map<Bytes, Long> sequences = new HashMap<>();
    private int count;
    private long bytes;

    // written under the lock, read by all
    private volatile long head;
    private volatile Lost lost;

    /**
     * What is no longer held although nothing newer has taken its place.
     *
     * @param to sequence number after the last one lost
     * @param id of that one
     */
    record Lost(long to, String id) {}

    /** Nothing yet; to be advanced. */
    Latest(TopicLog log) {
        this.log = log;
        lost = log.lost();
        head = lost.to;
    }

    /** Takes in what has been appended. For the appender, who waits here only while the view is made. */
    void advance() {
        advancing.lock();
        try {
            long end = log.head();
            while (head < end) {
                TopicLog.Slot slot = log.slot(head);
                if (slot == null) {
                    restart(log.lost());
                } else {
                    add(slot);
                    head = slot.sequence() + 1;
                }
            }
        } finally {
            advancing.unlock();
        }
    }

    /** After the last signal that it has taken in. */
    long head() {
        return head;
    }

    Lost lost() {
        return lost;
    }

    /** The first signal at that place or later; ask for {@link #lost} afterwards, and believe the signal only if nothing is. */
    TopicLog.@Nullable Slot from(long sequence) {
        Map.Entry<Long, TopicLog.Slot> found = newest.ceilingEntry(sequence);
        return found == null ? null : found.getValue();
    }

    /** The new one comes before the old one goes, so that a reader never finds neither. */
    private void add(TopicLog.Slot slot) {
        newest.put(slot.sequence(), slot);
        count++;
        bytes += TopicLog.weight(slot.signal());
        Bytes key = key(slot);
        Long before = key == null ? null : sequences.put(key, slot.sequence());
        if (before != null) {
            remove(before);
        }
        while (count > 1 && (count > log.capacity() || bytes > log.maxBytes())) {
            forget(newest.firstEntry().getValue());
        }
    }

    private void forget(TopicLog.Slot oldest) {
        lost = new Lost(oldest.sequence() + 1, oldest.signal().id());
        Bytes key = key(oldest);
        if (key != null) {
            sequences.remove(key);
        }
        remove(oldest.sequence());
    }

    private void remove(long sequence) {
        TopicLog.Slot gone = newest.remove(sequence);
        if (gone != null) {
            count--;
            bytes -= TopicLog.weight(gone.signal());
        }
    }

    private void restart(Lost overtaken) {
        lost = overtaken;
        newest.clear();
        sequences.clear();
        count = 0;
        bytes = 0;
        head = overtaken.to;
    }

    private static @Nullable Bytes key(TopicLog.Slot slot) {
        return slot.signal() instanceof Event event ? event.key() : null;
    }
}
