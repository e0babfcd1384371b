package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be measured: the word for thresholds, and the unit in which it is kept and written. */
enum Metric {
    DELIVERED("delivered", Unit.COUNT),
    RATE("rate", Unit.COUNT),
    P50("p50", Unit.MICROS),
    P90("p90", Unit.MICROS),
    P99("p99", Unit.MICROS),
    P999("p99.9", Unit.MICROS),
    MAX("max", Unit.MICROS),
    MEAN("mean", Unit.MICROS),
    FIRST_P50("first-p50", Unit.MICROS),
    FIRST_P99("first-p99", Unit.MICROS),
    FIRST_MAX("first-max", Unit.MICROS),
    WIRE("wire", Unit.BYTES),
    CPU("cpu", Unit.MICROS),
    USER("user", Unit.MICROS),
    SYSTEM("system", Unit.MICROS),
    RIG_CPU("rig-cpu", Unit.MICROS),
    SWITCHES("switches", Unit.COUNT),
    ALLOCATED("allocated", Unit.BYTES),
    RSS("rss", Unit.BYTES),
    RSS_PEAK("rss-peak", Unit.BYTES),
    HEAP("heap", Unit.BYTES),
    THREADS("threads", Unit.COUNT),
    LOST("lost", Unit.COUNT),
    DOUBLED("doubled", Unit.COUNT),
    REORDERED("reordered", Unit.COUNT),
    TORN("torn", Unit.COUNT),
    MISSED("missed", Unit.COUNT),
    GAPS("gaps", Unit.COUNT),
    STOPS("stops", Unit.COUNT),
    CUTS("cuts", Unit.COUNT),
    RECONNECTS("reconnects", Unit.COUNT),
    REFUSED("refused", Unit.COUNT),
    STALLED_CUTS("stalled-cuts", Unit.COUNT),
    BACK("back", Unit.MICROS),
    RSS_PER_CONNECTION("rss-per-connection", Unit.BYTES),
    HEAP_PER_CONNECTION("heap-per-connection", Unit.BYTES);

    /** What a figure is in. */
    enum Unit {
        COUNT(""),
        MICROS("Us"),
        BYTES("Bytes");

        private final String suffix;

        Unit(String suffix) {
            this.suffix = suffix;
        }

        /** That of a figure in a file, as its name ends with it. */
        static Unit of(String field) {
            return field.endsWith(MICROS.suffix) ? MICROS : field.endsWith(BYTES.suffix) ? BYTES : COUNT;
        }

        /** A figure for people, such as {@code 7.90 us}. */
        String text(double figure) {
            double size = Math.abs(figure);
            return switch (this) {
                case COUNT -> Text.number(figure);
                case MICROS ->
                    size >= 1e6
                            ? Text.number(figure / 1e6) + " s"
                            : size >= 1e3 ? Text.number(figure / 1e3) + " ms" : Text.number(figure) + " us";
                case BYTES ->
                    size >= 1 << 20
                            ? Text.number(figure / (1 << 20)) + " MiB"
                            : size >= 1 << 10 ? Text.number(figure / (1 << 10)) + " KiB" : Text.number(figure) + " B";
            };
        }
    }

    private final String word;
    private final Unit unit;

    Metric(String word, Unit unit) {
        this.word = word;
        this.unit = unit;
    }

    String word() {
        return word;
    }

    Unit unit() {
        return unit;
    }

    /** Whether its figures are whole numbers. */
    boolean isWhole() {
        return unit == Unit.COUNT && this != RATE;
    }

    /** Whether its figures may be below zero: memory may shrink. */
    boolean isSigned() {
        return this == RSS_PER_CONNECTION || this == HEAP_PER_CONNECTION;
    }

    /** Its name in JSON, such as {@code p99Us}. */
    String field() {
        String[] words = word.replace(".", "").split("-", -1);
        return words[0]
                + Arrays.stream(words)
                        .skip(1)
                        .map(next -> next.substring(0, 1).toUpperCase(Locale.ROOT) + next.substring(1))
                        .collect(Collectors.joining())
                + unit.suffix;
    }

    static Optional<Metric> of(String word) {
        return Arrays.stream(values())
                .filter(metric -> metric.word.equals(word))
                .findFirst();
    }

    /** What a run of this plan measures. */
    static Set<Metric> measuredBy(Plan plan, boolean process) {
        if (!plan.steps().isEmpty()) {
            return EnumSet.of(RSS_PER_CONNECTION, HEAP_PER_CONNECTION, RSS, HEAP, THREADS, STOPS, CUTS, REFUSED);
        }
        Set<Metric> measured = EnumSet.complementOf(EnumSet.of(RSS_PER_CONNECTION, HEAP_PER_CONNECTION));
        if (plan.limit() > 0) {
            measured.removeAll(EnumSet.of(P50, P90, P99, P999, MAX, MEAN, ALLOCATED));
        }
        if (!plan.storm()) {
            measured.remove(BACK);
        }
        if (plan.via() == Via.GRPC) {
            measured.remove(STALLED_CUTS);
        }
        if (!process) {
            measured.removeAll(EnumSet.of(CPU, USER, SYSTEM, SWITCHES, ALLOCATED, RSS, RSS_PEAK, HEAP, THREADS));
        }
        return measured;
    }
}
