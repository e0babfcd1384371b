package dev.weir.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** What an idle connection costs: a process's memory at several counts of them, and the slope. */
final class Memory {

    static final String NO_HEAP =
            "no heap: jcmd of this JDK can't ask the process of --server-pid, which is no JVM or another user's";

    private static final Duration CALM = Duration.ofSeconds(1);

    private final Plan plan;
    private final Watch server;
    private final Interruption interruption;
    private final List<String> notes;
    private final List<String> failures = new ArrayList<>();
    private final Figures figures = new Figures();
    private final List<Result.Step> steps = new ArrayList<>();

    /** @param notes what is to be told in any case; takes more */
    Memory(Plan plan, Watch server, Interruption interruption, List<String> notes) {
        this.plan = plan;
        this.server = server;
        this.interruption = interruption;
        this.notes = notes;
    }

    /** Opens more and more connections; each step waits a moment, collects garbage, then looks. */
    Result run(Readers readers, Load load, Tally tally) {
        long begin = System.nanoTime();
        int open = 0;
        try {
            for (int connections : plan.steps()) {
                load.open(readers, connections - open);
                open = connections;
                load.await(connections + " connections", CALM, () -> false);
                if (interruption.asked()) {
                    break;
                }
                step(connections);
            }
        } catch (CannotMeasure why) {
            if (steps.isEmpty()) {
                throw why;
            }
            failures.add(String.valueOf(why.getMessage()));
        }
        boolean heap = figures.get(Metric.HEAP) != null;
        if (steps.size() > 1) {
            figures.put(Metric.RSS_PER_CONNECTION, slope(steps, Result.Step::rssBytes));
            if (heap) {
                figures.put(Metric.HEAP_PER_CONNECTION, slope(steps, Result.Step::heapBytes));
            }
        }
        figures.endings(tally);
        long gone = tally.cuts.sum() + tally.stops.sum() + tally.ended.sum();
        if (gone > 0) {
            failures.add(gone + " connections were ended by the server; " + tally.complaint());
        }
        if (!heap && !steps.isEmpty()) {
            notes.add(NO_HEAP);
        }
        return new Result(
                plan, (System.nanoTime() - begin) / 1e9, figures, failures, notes, steps, interruption.asked());
    }

    private void step(int connections) {
        long heap = server.heapAfterGc().orElse(-1);
        Watch.Use use = server.use();
        steps.add(new Result.Step(connections, use.rssBytes(), heap));
        figures.put(Metric.RSS, use.rssBytes());
        figures.put(Metric.THREADS, use.threads());
        if (heap >= 0) {
            figures.put(Metric.HEAP, heap);
        }
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
