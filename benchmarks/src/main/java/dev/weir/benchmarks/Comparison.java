package dev.weir.benchmarks;

import dev.weir.benchmarks.Evidence.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two results of the same runs. A difference is one only where the intervals do not overlap, and the medians are a hundredth or more
 * apart.
 */
record Comparison(List<Difference> differences, List<String> broken, int compared, int unbounded) {

    private static final double LEAST = 0.01;

    /** Less of these is better. */
    private static final List<String> COSTS = Stream.of(
                    Metric.CPU,
                    Metric.ALLOCATED,
                    Metric.P50,
                    Metric.P99,
                    Metric.WIRE,
                    Metric.RSS_PER_CONNECTION,
                    Metric.HEAP_PER_CONNECTION)
            .map(Metric::field)
            .toList();

    /** One figure that has changed. */
    record Difference(String name, String figure, Interval before, Interval after, boolean worse) {

        String shown() {
            return String.format(
                    Locale.ROOT,
                    "%s %s: %s -> %s, %.0f %% %s",
                    name,
                    figure,
                    Text.figure(figure, before.median()),
                    Text.figure(figure, after.median()),
                    Math.abs(after.median() / before.median() - 1) * 100,
                    worse ? "worse" : "better");
        }
    }

    static Comparison of(Evidence before, Evidence after) {
        List<Difference> differences = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        int compared = 0;
        int unbounded = 0;
        for (Measurement one : before.measurements()) {
            Optional<Measurement> other = after.measurement(one.scenario(), one.run());
            if (other.isEmpty()) {
                continue;
            }
            if (one.failures().isEmpty() && !other.get().failures().isEmpty()) {
                broken.add(one.name() + ": " + String.join("; ", other.get().failures()));
            }
            for (String figure : figures(one)) {
                Optional<Interval> was = one.figure(figure);
                Optional<Interval> is = other.get().figure(figure);
                if (was.isEmpty() || is.isEmpty()) {
                    continue;
                }
                compared++;
                if (!was.get().bounded() || !is.get().bounded()) {
                    unbounded++;
                } else if (differ(was.get(), is.get())) {
                    boolean more = is.get().above(was.get());
                    differences.add(
                            new Difference(one.name(), figure, was.get(), is.get(), more == COSTS.contains(figure)));
                }
            }
        }
        return new Comparison(differences, broken, compared, unbounded);
    }

    /** The rate of an open loop is given, and that of others is a result. */
    private static List<String> figures(Measurement one) {
        String rate = Metric.RATE.field();
        return one.figure(Metric.P99.field()).isPresent() || one.figure(rate).isEmpty()
                ? COSTS
                : Stream.concat(COSTS.stream(), Stream.of(rate)).toList();
    }

    private static boolean differ(Interval before, Interval after) {
        return !before.overlaps(after)
                && Math.abs(after.median() - before.median()) >= LEAST * Math.abs(before.median());
    }

    /** Whether anything costs more, or does not hold any longer. */
    boolean worse() {
        return !broken.isEmpty() || differences.stream().anyMatch(Difference::worse);
    }

    /** What is to be told, line by line. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        broken.forEach(one -> lines.add("worse  " + one));
        differences.forEach(one -> lines.add((one.worse() ? "worse  " : "better ") + one.shown()));
        lines.add(compared + " figures: " + differences.size() + " differ, "
                + (compared - differences.size() - unbounded) + " can't be told apart"
                + (unbounded == 0 ? "" : ", " + unbounded + " were measured once only, which tells nothing"));
        return lines;
    }
}
