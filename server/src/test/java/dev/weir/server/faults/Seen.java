package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an experiment saw, in numbers. */
final class Seen {

    private final List<String> all = new ArrayList<>();

    void note(String format, Object... values) {
        String noted = String.format(Locale.ROOT, format, values);
        if (!all.contains(noted)) {
            all.add(noted);
        }
    }

    /** Fails if the checker has found anything; notes its findings either way. */
    void none(Checker checker) {
        List<Finding> found = checker.found();
        String counts = found.stream()
                .collect(Collectors.groupingBy(Finding::anomaly, TreeMap::new, Collectors.counting()))
                .toString();
        note("anomalies: %s", found.isEmpty() ? "0" : counts);
        assertThat(found.stream().limit(20).toList())
                .as("anomalies, %s", counts)
                .isEmpty();
    }

    @Override
    public String toString() {
        return String.join("; ", all);
    }
}
