package dev.weir.benchmarks;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A result for people. */
final class Summary {

    private static final int WIDTH = 24;

    private final Result result;
    private final PrintWriter out;

    private Summary(Result result, PrintWriter out) {
        this.result = result;
        this.out = out;
    }

    static void print(Result result, List<Threshold> thresholds, PrintWriter out) {
        new Summary(result, out).print(thresholds);
        out.flush();
    }

    private void print(List<Threshold> thresholds) {
        Plan plan = result.plan();
        out.println();
        out.println("  " + plan.via().toString().toLowerCase(Locale.ROOT) + ", "
                + plan.server().getAuthority() + ", "
                + plan.what()
                + (result.partial() ? ", PARTIAL: the run was interrupted" : ""));
        out.println();
        if (plan.steps().isEmpty()) {
            events();
        } else {
            memory();
        }
        if (!thresholds.isEmpty() || !result.notes().isEmpty()) {
            out.println();
        }
        for (Threshold threshold : thresholds) {
            Double figure = result.figures().get(threshold.metric());
            out.println("  " + (threshold.keptBy(figure) ? "ok   " : "NOT  ") + threshold.text() + "   ("
                    + text(threshold.metric(), figure) + ")");
        }
        result.notes().forEach(note -> out.println("  note: " + note));
        out.println();
        out.println("  " + verdict());
    }

    private String verdict() {
        if (!result.failures().isEmpty()) {
            return "FAILED: " + String.join("; ", result.failures());
        }
        return result.partial() ? "PARTIAL: nothing was wrong so far" : "PASSED";
    }

    private void events() {
        Plan plan = result.plan();
        line("subscribers", String.format(Locale.ROOT, "%,d", plan.subscribers()) + who());
        line("measured", String.format(Locale.ROOT, "%.1f s", result.seconds()));
        line("delivered", pairs(Metric.DELIVERED, Metric.RATE).replace("rate=", "per second="));
        line("latency", pairs(Metric.P50, Metric.P90, Metric.P99, Metric.P999, Metric.MAX));
        line(
                "first event",
                pairs(Metric.FIRST_P50, Metric.FIRST_P99, Metric.FIRST_MAX).replace("first-", ""));
        line("bytes per event", pairs(Metric.WIRE));
        line("CPU per event", pairs(Metric.CPU, Metric.USER, Metric.SYSTEM, Metric.RIG_CPU));
        line("allocated per event", pairs(Metric.ALLOCATED));
        line("server memory", pairs(Metric.RSS, Metric.RSS_PEAK, Metric.HEAP));
        line("server threads", pairs(Metric.THREADS, Metric.SWITCHES));
        line("wrong", pairs(Metric.LOST, Metric.DOUBLED, Metric.REORDERED, Metric.TORN));
        line("told", pairs(Metric.GAPS, Metric.MISSED, Metric.STOPS, Metric.REFUSED));
        line("connections", pairs(Metric.CUTS, Metric.STALLED_CUTS, Metric.RECONNECTS, Metric.BACK));
    }

    private String who() {
        StringJoiner who = new StringJoiner(", ", " (", ")").setEmptyValue("");
        Plan plan = result.plan();
        for (Subscriber.Appetite appetite : List.of(Subscriber.Appetite.SLOW, Subscriber.Appetite.STALLED)) {
            long count = 0;
            for (int i = 0; i < plan.subscribers(); i++) {
                count += plan.appetite(i) == appetite ? 1 : 0;
            }
            if (count > 0) {
                who.add(count + " " + appetite.toString().toLowerCase(Locale.ROOT));
            }
        }
        return who.toString();
    }

    private void memory() {
        out.println(String.format(Locale.ROOT, "  %12s %14s %14s", "connections", "RSS", "heap after GC"));
        for (Result.Step step : result.steps()) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %,12d %14s %14s",
                    step.connections(),
                    text(Metric.Unit.BYTES, (double) step.rssBytes()),
                    step.heapBytes() < 0 ? "-" : text(Metric.Unit.BYTES, (double) step.heapBytes())));
        }
        out.println();
        line(
                "per connection",
                pairs(Metric.RSS_PER_CONNECTION, Metric.HEAP_PER_CONNECTION).replace("-per-connection", ""));
        line("connections", pairs(Metric.CUTS, Metric.STOPS, Metric.REFUSED));
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            out.println("  " + name + " " + ".".repeat(WIDTH - name.length()) + ": " + value);
        }
    }

    private String pairs(Metric... metrics) {
        StringJoiner pairs = new StringJoiner("  ");
        for (Metric metric : metrics) {
            Double figure = result.figures().get(metric);
            if (figure != null) {
                pairs.add(metric.word() + "=" + text(metric, figure));
            }
        }
        return pairs.toString();
    }

    private static String text(Metric metric, @Nullable Double figure) {
        return figure == null ? "not measured" : text(metric.unit(), figure);
    }

    /** In one word, as figures stand side by side. */
    private static String text(Metric.Unit unit, double figure) {
        return unit.text(figure).replace(" ", "");
    }
}
