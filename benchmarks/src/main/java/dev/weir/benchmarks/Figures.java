package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a run has measured, each in the unit of its metric. One thread. */
final class Figures {

    private final Map<Metric, Double> figures = new EnumMap<>(Metric.class);

    void put(Metric metric, double figure) {
        figures.put(metric, figure);
    }

    void put(Metric metric, long figure) {
        put(metric, (double) figure);
    }

    /** Null if it was not measured. */
    @Nullable
    Double get(Metric metric) {
        return figures.get(metric);
    }

    Map<Metric, Double> all() {
        return Collections.unmodifiableMap(figures);
    }

    /** What came in between two moments; gives how many events. */
    long events(Tally.Counts before, Tally.Counts after, double seconds) {
        long delivered = after.delivered() - before.delivered();
        put(Metric.DELIVERED, delivered);
        put(Metric.RATE, delivered / seconds);
        if (delivered > 0) {
            put(Metric.WIRE, (double) (after.wireBytes() - before.wireBytes()) / delivered);
        }
        return delivered;
    }

    /** What the server has used between two moments. */
    void server(Watch.Use before, Watch.Use after, long delivered) {
        if (delivered > 0) {
            put(Metric.USER, (double) (after.userMicros() - before.userMicros()) / delivered);
            put(Metric.SYSTEM, (double) (after.systemMicros() - before.systemMicros()) / delivered);
            put(Metric.CPU, (double) (after.cpuMicros() - before.cpuMicros()) / delivered);
        }
        put(Metric.SWITCHES, after.switches() - before.switches());
        put(Metric.RSS, after.rssBytes());
        put(Metric.RSS_PEAK, after.peakBytes());
        put(Metric.THREADS, after.threads());
    }

    /** Bytes that the server has allocated for what came in. */
    void allocated(double bytes) {
        double delivered = figures.getOrDefault(Metric.DELIVERED, 0.0);
        if (delivered > 0) {
            put(Metric.ALLOCATED, bytes / delivered);
        }
    }

    void latency(Histogram latency) {
        if (latency.getTotalCount() > 0) {
            put(Metric.P50, latency.getValueAtPercentile(50) / 1e3);
            put(Metric.P90, latency.getValueAtPercentile(90) / 1e3);
            put(Metric.P99, latency.getValueAtPercentile(99) / 1e3);
            put(Metric.P999, latency.getValueAtPercentile(99.9) / 1e3);
            put(Metric.MAX, latency.getMaxValue() / 1e3);
            put(Metric.MEAN, latency.getMean() / 1e3);
        }
    }

    void firstEvents(Histogram first) {
        if (first.getTotalCount() > 0) {
            put(Metric.FIRST_P50, first.getValueAtPercentile(50) / 1e3);
            put(Metric.FIRST_P99, first.getValueAtPercentile(99) / 1e3);
            put(Metric.FIRST_MAX, first.getMaxValue() / 1e3);
        }
    }

    /** What happened to events in the whole run. */
    void checks(Tally tally, Via via) {
        put(Metric.LOST, tally.lost.sum());
        put(Metric.DOUBLED, tally.doubled.sum());
        put(Metric.REORDERED, tally.reordered.sum());
        put(Metric.TORN, tally.torn.sum());
        put(Metric.MISSED, tally.missed.sum());
        put(Metric.GAPS, tally.gaps.sum());
        put(Metric.RECONNECTS, tally.reconnects.sum());
        if (via != Via.GRPC) {
            put(Metric.STALLED_CUTS, tally.stalledCuts.sum());
        }
    }

    /** What happened to connections in the whole run. */
    void endings(Tally tally) {
        put(Metric.STOPS, tally.stops.sum());
        put(Metric.CUTS, tally.cuts.sum());
        put(Metric.REFUSED, tally.refused.sum());
    }
}
