package dev.weir.benchmarks;

import dev.weir.benchmarks.Evidence.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Two results of the same runs. A difference is one only where the intervals do not overlap, and the medians are a hundredth or more
 * apart. That of a baseline is one of the machine, not of Weir.
 */
final class Comparison {

    private static final double LEAST = 0.01;

    /** More of it is better, of all else less. */
    private static final String RATE = Metric.RATE.field();

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

    private final List<String> lines = new ArrayList<>();
    private boolean worse;
    private int compared;
    private int differing;
    private int unbounded;

    Comparison(Evidence before, Evidence after) {
        whole("BEFORE", before);
        whole("AFTER", after);
        for (Measurement was : before.measurements()) {
            after.measurement(was.scenario(), was.run())
                    .ifPresentOrElse(is -> compare(was, is), () -> lacks(was.name() + ": not in AFTER"));
        }
        for (Measurement is : after.measurements()) {
            if (before.measurement(is.scenario(), is.run()).isEmpty()) {
                tell("note", is.name() + ": not in BEFORE");
            }
        }
        if (compared > unbounded) {
            tell("note", Evidence.ONE_START);
        }
        lines.add(compared + " figures: " + differing + " differ, " + (compared - differing - unbounded)
                + " can't be told apart"
                + (unbounded == 0 ? "" : ", " + unbounded + " were measured once only, which tells nothing"));
    }

    /** Whether anything of Weir costs more or does not hold any longer, or what was measured before can't be compared. */
    boolean worse() {
        return worse;
    }

    /** What is to be told, line by line. */
    List<String> lines() {
        return lines;
    }

    private void whole(String name, Evidence evidence) {
        if (evidence.isPartial()) {
            tell("note", name + " is PARTIAL: its run did not come to its end");
        }
    }

    private void compare(Measurement was, Measurement is) {
        String then = was.server() + ", " + was.load();
        String now = is.server() + ", " + is.load();
        if (!then.equals(now)) {
            lacks(was.name() + ": not the same run: " + then + " -> " + now);
        } else if (!was.failures().isEmpty()) {
            tell("note", was.name() + ": not compared, it failed in BEFORE: " + String.join("; ", was.failures()));
        } else if (!is.failures().isEmpty()) {
            worse = true;
            tell(
                    is.baseline() ? "lacks" : "worse",
                    is.name() + ": failed in AFTER: " + String.join("; ", is.failures()));
        } else {
            figures(was)
                    .forEach(figure -> was.figure(figure)
                            .ifPresent(before -> is.figure(figure)
                                    .ifPresentOrElse(
                                            after -> compare(is, figure, before, after),
                                            () -> lacks(is.name() + " " + figure + ": not measured in AFTER"))));
        }
    }

    /** The rate of an open loop is given, and that of others is a result; where the heap is small, so is what is resident. */
    private static List<String> figures(Measurement one) {
        List<String> figures = new ArrayList<>(COSTS);
        if (one.figure(Metric.P99.field()).isEmpty()) {
            figures.add(RATE);
        }
        if (one.scenario().equals(Scenarios.EXPORT)) {
            figures.add(Metric.RSS.field());
        }
        return figures;
    }

    private void compare(Measurement of, String figure, Interval before, Interval after) {
        compared++;
        if (!before.bounded() || !after.bounded()) {
            unbounded++;
            return;
        }
        double change = after.median() - before.median();
        if (before.overlaps(after) || Math.abs(change) < LEAST * Math.abs(before.median())) {
            return;
        }
        differing++;
        boolean costs = change > 0 != figure.equals(RATE);
        worse |= costs && !of.baseline();
        tell(
                of.baseline() ? "note" : costs ? "worse" : "better",
                String.format(
                        Locale.ROOT,
                        "%s %s: %s -> %s, %.0f %% %s%s",
                        of.name(),
                        figure,
                        Metric.Unit.of(figure).text(before.median()),
                        Metric.Unit.of(figure).text(after.median()),
                        Math.abs(change / before.median()) * 100,
                        costs ? "worse" : "better",
                        of.baseline() ? "; as this is no Weir, the machine differs" : ""));
    }

    private void lacks(String what) {
        worse = true;
        tell("lacks", what);
    }

    private void tell(String kind, String what) {
        lines.add(String.format(Locale.ROOT, "%-6s %s", kind, what));
    }
}
