package dev.weir.server.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server's process holds at a moment.
 *
 * @param streams open streams by its own metric
 * @param descriptors open files and sockets, but for connections to the broker
 * @param threads virtual ones included
 * @param rss resident memory in bytes
 */
record Vitals(long streams, long descriptors, long threads, long rss) {

    /** What is more than before, memory aside; empty if nothing is. */
    Optional<String> beyond(Vitals before) {
        List<String> more = new ArrayList<>();
        add(more, "streams", before.streams, streams);
        // The process itself opens one now and then; what leaks with streams leaks more.
        add(more, "descriptors", before.descriptors + 2, descriptors);
        add(more, "threads", before.threads, threads);
        return more.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", more));
    }

    private static void add(List<String> more, String what, long before, long after) {
        if (after > before) {
            more.add(what + " " + before + " -> " + after);
        }
    }
}
