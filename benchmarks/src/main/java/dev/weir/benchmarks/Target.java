package dev.weir.benchmarks;

import dev.weir.benchmarks.Evidence.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What Weir is to reach: a figure of one run, or what it makes with the same figure of another.
 *
 * @param number of the goal that it is a part of
 * @param against the other run, empty if there is none
 * @param atMost whether less is better
 */
record Target(
        int number,
        String what,
        String scenario,
        String run,
        String against,
        String figure,
        How how,
        boolean atMost,
        double limit) {

    private static final double KIB = 1024;
    private static final double MIB = 1024 * KIB;
    private static final String CPU = Metric.CPU.field();
    private static final String RATE = Metric.RATE.field();
    private static final String HEAP = Metric.HEAP.field();
    private static final String P99 = Metric.P99.field();

    /** What is held against the limit. */
    enum How {
        /** The figure as it is. */
        VALUE,
        /** How many times the other's. */
        RATIO,
        /** How much more than the other's. */
        MORE
    }

    /** What the goals are called. */
    static final List<String> GOALS = List.of(
            "Live streams cost about what plain NIO costs",
            "Flat out to 100 subscribers",
            "Memory of an idle connection",
            "Allocation for a delivered event",
            "100 stalled readers among 1,000 harm nobody",
            "gRPC against a plain StreamObserver",
            "From Kafka to a client",
            "100 exports of 50 MB at once in a heap of 64 MB");

    /** All of them, in the order of their goals. */
    static List<Target> all() {
        List<Target> all = new ArrayList<>();
        Stream.of("sse", "ndjson").forEach(via -> {
            String name = via.toUpperCase(Locale.ROOT);
            all.add(most(1, name + ", 1,000 x 100/s: CPU", Scenarios.LIVE, via, "nio", CPU, How.RATIO, 1.05));
            all.add(most(1, name + ", 1,000 x 100/s: p99", Scenarios.LIVE, via, "nio", P99, How.RATIO, 1.25));
            all.add(most(1, name + ", 1,000 x 10/s: CPU", Scenarios.CALM, via, "nio", CPU, How.RATIO, 1.15));
            all.add(most(1, name + ", 5,000 x 10/s: CPU", Scenarios.MANY, via, "nio", CPU, How.RATIO, 1.15));
        });
        Stream.of("sse", "ndjson")
                .forEach(via -> all.add(least(
                        2,
                        via.toUpperCase(Locale.ROOT) + ": events in a second",
                        Scenarios.FLAT_OUT,
                        via,
                        "nio-joined",
                        0.75)));
        Stream.of("sse", "ndjson").forEach(via -> {
            String name = via.toUpperCase(Locale.ROOT);
            all.add(value(3, name + ": RSS", Scenarios.IDLE, via, Metric.RSS_PER_CONNECTION, 17 * KIB));
            all.add(value(3, name + ": RSS, the wish", Scenarios.IDLE, via, Metric.RSS_PER_CONNECTION, 10 * KIB));
        });
        all.add(value(4, "SSE", Scenarios.LIVE, "sse", Metric.ALLOCATED, 16));
        all.add(value(4, "NDJSON", Scenarios.LIVE, "ndjson", Metric.ALLOCATED, 16));
        all.add(value(4, "gRPC", Scenarios.LIVE, "grpc", Metric.ALLOCATED, KIB));
        Stream.of("sse", "ndjson").forEach(via -> {
            String name = via.toUpperCase(Locale.ROOT);
            String run = via + "-stalled";
            all.add(most(5, name + ", the others: CPU", Scenarios.LIVE, run, via, CPU, How.RATIO, 1.15));
            all.add(least(5, name + ", the others: rate", Scenarios.LIVE, run, via, Lab.RATE_PER_READER, 0.87));
            all.add(most(5, name + ", the others: p99", Scenarios.LIVE, run, via, P99, How.RATIO, 1.15));
            all.add(most(5, name + ": more live heap", Scenarios.LIVE, run, via, HEAP, How.MORE, 16 * MIB));
        });
        all.add(most(6, "1,000 x 100/s: CPU", Scenarios.LIVE, "grpc", "grpc-observer", CPU, How.RATIO, 0.8));
        all.add(least(6, "flat out: events in a second", Scenarios.FLAT_OUT, "grpc-1000", "grpc-observer", 1.5));
        all.add(most(
                7,
                "CPU for a record, to a bare consumer",
                Scenarios.KAFKA,
                "replay",
                "replay-consumer",
                CPU,
                How.RATIO,
                1.5));
        all.add(most(
                7,
                "p99 at 100/s, more than a bare consumer",
                Scenarios.KAFKA,
                "live",
                "live-consumer",
                P99,
                How.MORE,
                10_000));
        all.add(value(8, "events lost or torn", Scenarios.EXPORT, "sse", Metric.LOST, 0));
        all.add(value(8, "peak RSS", Scenarios.EXPORT, "sse", Metric.RSS_PEAK, 300 * MIB));
        return all;
    }

    private static Target most(
            int number,
            String what,
            String scenario,
            String run,
            String against,
            String figure,
            How how,
            double limit) {
        return new Target(number, what, scenario, run, against, figure, how, true, limit);
    }

    private static Target least(int number, String what, String scenario, String run, String against, double limit) {
        return least(number, what, scenario, run, against, RATE, limit);
    }

    private static Target least(
            int number, String what, String scenario, String run, String against, String figure, double limit) {
        return new Target(number, what, scenario, run, against, figure, How.RATIO, false, limit);
    }

    private static Target value(int number, String what, String scenario, String run, Metric metric, double limit) {
        return new Target(number, what, scenario, run, "", metric.field(), How.VALUE, true, limit);
    }

    /** Whether it is reached, and why that is not known. */
    enum Verdict {
        REACHED("reached"),
        MISSED("missed"),
        FAILED("failed"),
        UNKNOWN("not measured");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /**
     * What a result says of it.
     *
     * @param measured what is held against the limit; empty if it was not measured
     * @param command makes the measurement
     * @param why of what failed or was not measured
     */
    record Outcome(Target target, Verdict verdict, Optional<Interval> measured, String command, String why) {

        /** With its bounds, such as {@code 0.98 (0.95 to 1.01)}. */
        String shown() {
            return measured.map(interval -> target.shown(interval.median())
                            + (interval.bounded()
                                    ? " (" + target.text(interval.low()) + " to " + target.text(interval.high()) + ")"
                                    : ""))
                    .orElse("");
        }
    }

    Outcome in(Evidence evidence) {
        Optional<Interval> measured = switch (how) {
            case VALUE -> evidence.figure(scenario, run, figure);
            case RATIO -> evidence.pair(scenario, run, against, figure, (one, other) -> one / other);
            case MORE -> evidence.pair(scenario, run, against, figure, (one, other) -> one - other);
        };
        List<String> failures = Stream.of(run, against)
                .flatMap(name -> evidence.measurement(scenario, name).stream())
                .map(Measurement::failures)
                .flatMap(List::stream)
                .distinct()
                .toList();
        Verdict verdict = !failures.isEmpty()
                ? Verdict.FAILED
                : measured.map(interval -> keeps(interval.median()) ? Verdict.REACHED : Verdict.MISSED)
                        .orElse(Verdict.UNKNOWN);
        String command = evidence.measurement(scenario, run)
                .map(Measurement::command)
                .orElse("./weir bench full --only " + scenario);
        return new Outcome(this, verdict, measured, command, String.join("; ", failures));
    }

    private boolean keeps(double value) {
        return atMost ? value <= limit : value >= limit;
    }

    /** A miss that looks like the limit says that it is none. */
    private String shown(double value) {
        String text = text(value);
        boolean hidden = !keeps(value) && text.equals(text(limit));
        return (hidden ? (atMost ? "just over " : "just under ") : "") + text;
    }

    /** Such as {@code at most 1.05}. */
    String limitText() {
        return (atMost ? "at most " : "at least ") + text(limit);
    }

    private String text(double value) {
        return how == How.RATIO ? Text.ratio(value) : Metric.Unit.of(figure).text(value);
    }
}
