package dev.weir.server.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What became of every record that was sent to a topic. Several producers may keep one ledger. Safe for any number of threads. */
final class Ledger {

    private final Map<Stamp, Sent> all = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicLong> next = new ConcurrentSkipListMap<>();

    /** What is known of a record. */
    enum Fate {
        /** Not answered yet, or in a transaction that is still open. */
        SENT,
        /** Stored, and committed if there was a transaction. */
        ACKNOWLEDGED,
        /** Certainly never stored. */
        FAILED,
        /** Nobody knows. */
        UNKNOWN,
        /** In a transaction that was aborted. */
        ABORTED
    }

    /** One record; times are of {@link System#nanoTime}. */
    static final class Sent {

        final Stamp stamp;
        final long at;
        volatile Fate fate = Fate.SENT;
        volatile long offset = -1;
        volatile long knownAt;

        private Sent(Stamp stamp, long at) {
            this.stamp = stamp;
            this.at = at;
        }

        void acknowledged(long where) {
            offset = where;
            became(Fate.ACKNOWLEDGED);
        }

        void became(Fate known) {
            knownAt = System.nanoTime();
            fate = known;
        }
    }

    /** A new record of a partition. */
    Sent next(int partition) {
        long seq = next.computeIfAbsent(partition, any -> new AtomicLong()).getAndIncrement();
        return sent(new Stamp(partition, seq), System.nanoTime());
    }

    Sent sent(Stamp stamp, long at) {
        Sent sent = new Sent(stamp, at);
        all.put(stamp, sent);
        return sent;
    }

    @Nullable
    Sent find(Stamp stamp) {
        return all.get(stamp);
    }

    Stream<Sent> with(Fate fate) {
        return all.values().stream().filter(sent -> sent.fate == fate);
    }

    /** How many have this fate. */
    long count(Fate fate) {
        return with(fate).count();
    }

    /** The acknowledged records of each partition, in order of their offsets. */
    Map<Integer, List<Sent>> acknowledged() {
        Map<Integer, List<Sent>> found = new ConcurrentSkipListMap<>();
        with(Fate.ACKNOWLEDGED)
                .forEach(sent -> found.computeIfAbsent(sent.stamp.partition(), any -> new ArrayList<>())
                        .add(sent));
        found.values().forEach(list -> list.sort(Comparator.comparingLong(sent -> sent.offset)));
        return found;
    }

    @Override
    public String toString() {
        return count(Fate.ACKNOWLEDGED) + " acknowledged, " + count(Fate.ABORTED) + " aborted, " + count(Fate.UNKNOWN)
                + " unknown, " + count(Fate.FAILED) + " failed";
    }
}
