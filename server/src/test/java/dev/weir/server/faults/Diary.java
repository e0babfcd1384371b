package dev.weir.server.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Everything that one subscriber has seen, over all its connections. Written by one thread, read by any. */
final class Diary {

    final String name;
    private final List<Entry> entries = new ArrayList<>();
    private final AtomicLong events = new AtomicLong();
    private final Map<Integer, Stamp> latest = new ConcurrentHashMap<>();
    private volatile @Nullable String lastId;

    Diary(String name) {
        this.name = name;
    }

    synchronized void add(Entry entry) {
        entries.add(entry);
        if (entry.id() != null) {
            lastId = entry.id();
        }
        if (entry instanceof Entry.Got got) {
            events.incrementAndGet();
            if (got.stamp() != null) {
                latest.put(got.stamp().partition(), got.stamp());
            }
        }
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized <T extends Entry> List<T> all(Class<T> kind) {
        return entries.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The last id received, of whatever signal. */
    @Nullable
    String lastId() {
        return lastId;
    }

    /** The last record of each partition that arrived. */
    Map<Integer, Stamp> latest() {
        return latest;
    }

    long events() {
        return events.get();
    }

    synchronized @Nullable Entry last() {
        return entries.isEmpty() ? null : entries.getLast();
    }

    /** Until it breaks off or is told to be over: whether a stream is open now. */
    synchronized boolean open() {
        Entry last = last();
        return last != null && !(last instanceof Entry.Disconnected) && !(last instanceof Entry.Refused);
    }

    /** A time without a signal; {@code from} is of {@link System#nanoTime}. */
    record Silence(long from, Duration length) {}

    /** The longest time between two signals of one connection. */
    Silence longestSilence() {
        Silence longest = new Silence(0, Duration.ZERO);
        Entry before = null;
        for (Entry entry : entries()) {
            boolean between = entry instanceof Entry.Disconnected || entry instanceof Entry.Connected;
            if (!between && before != null && entry.at() - before.at() > longest.length.toNanos()) {
                longest = new Silence(before.at(), Duration.ofNanos(entry.at() - before.at()));
            }
            before = between ? null : entry;
        }
        return longest;
    }

    @Override
    public String toString() {
        return name;
    }
}
