package dev.weir;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts by word. Any thread; the words come from enumerations and are few. */
final class Tally {

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String word, long more) {
        counts.computeIfAbsent(word, any -> new LongAdder()).add(more);
    }

    /** As of now. */
    SortedMap<String, Long> counts() {
        SortedMap<String, Long> now = new TreeMap<>();
        counts.forEach((word, count) -> now.put(word, count.sum()));
        return now;
    }
}
