package dev.weir.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What an idle connection costs: a process's memory at several counts of them, and the slope. */
final class Memory {

    static final String NO_HEAP =
            "no heap: jcmd of this JDK can't ask the process of --server-pid, which is no JVM or another user's";

    private static final Duration CALM = Duration.ofSeconds(2);

    private final Plan plan;
    private final Watch watch;
    private final Interruption interruption;

    Memory(Plan plan, Watch watch, Interruption interruption) {
        this.plan = plan;
        this.watch = watch;
        this.interruption = interruption;
    }

    /** Opens more and more connections; each step waits a moment, collects garbage, then looks. */
    Result run(Readers readers, Load load, Tally tally) {
        long begin = System.nanoTime();
        List<Result.Step> steps = new ArrayList<>();
        int open = 0;
        for (int connections : plan.steps()) {
            load.open(readers, connections - open);
            open = connections;
            load.await(connections + " connections", CALM, () -> false);
            if (interruption.asked()) {
                break;
            }
            long heap = watch.heapAfterGc().orElse(-1);
            steps.add(new Result.Step(connections, watch.use().rssBytes(), heap));
        }
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        List<String> notes = new ArrayList<>();
        if (!steps.isEmpty()) {
            Result.Step last = steps.getLast();
            figures.put(Metric.RSS, (double) last.rssBytes());
            figures.put(Metric.THREADS, (double) watch.use().threads());
            if (last.heapBytes() >= 0) {
                figures.put(Metric.HEAP, (double) last.heapBytes());
            } else {
                notes.add(NO_HEAP);
            }
        }
        if (steps.size() > 1) {
            figures.put(Metric.RSS_PER_CONNECTION, slope(steps, Result.Step::rssBytes));
            if (figures.containsKey(Metric.HEAP)) {
                figures.put(Metric.HEAP_PER_CONNECTION, slope(steps, Result.Step::heapBytes));
            }
        }
        figures.put(Metric.STOPS, (double) tally.stops.sum());
        figures.put(Metric.CUTS, (double) tally.cuts.sum());
        figures.put(Metric.REFUSED, (double) tally.refused.sum());
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Result(plan, seconds, figures, failures(tally), notes, steps, interruption.asked());
    }

    private static List<String> failures(Tally tally) {
        long gone = tally.cuts.sum() + tally.stops.sum();
        return gone == 0 ? List.of() : List.of(gone + " connections were ended by the server; " + tally.complaint());
    }

    /** Bytes per connection, by least squares. */
    static double slope(List<Result.Step> steps, ToLongFunction<Result.Step> bytes) {
        double connections =
                steps.stream().mapToInt(Result.Step::connections).average().orElse(0);
        double mean = steps.stream().mapToLong(bytes).average().orElse(0);
        double above = 0;
        double below = 0;
        for (Result.Step step : steps) {
            double distance = step.connections() - connections;
            above += distance * (bytes.applyAsLong(step) - mean);
            below += distance * distance;
        }
        return above / below;
    }
}
