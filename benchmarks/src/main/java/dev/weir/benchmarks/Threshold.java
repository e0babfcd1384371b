package dev.weir.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a figure must be, such as {@code p99<20ms}.
 *
 * @param text as it was given
 * @param than in the metric's own unit
 */
record Threshold(String text, Metric metric, String relation, double than) {

    private static final Pattern FORM =
            Pattern.compile("\\s*([a-z0-9.-]+)\\s*(<=|>=|==|!=|<|>)\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([a-zA-Zµ]*)\\s*");
    private static final Map<String, Double> MICROS =
            Map.of("ns", 0.001, "us", 1.0, "µs", 1.0, "ms", 1_000.0, "s", 1_000_000.0);
    private static final Map<String, Double> BYTES =
            Map.of("", 1.0, "b", 1.0, "kib", 1024.0, "mib", 1024.0 * 1024, "gib", 1024.0 * 1024 * 1024);

    /**
     * Reads a threshold.
     *
     * @param measured what the run will measure
     * @throws CannotMeasure it is no threshold, or nothing will be measured to compare it with
     */
    static Threshold parse(String text, Set<Metric> measured) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw bad(text, "such as p99<20ms, cpu<9us or lost==0, with <, <=, >, >=, == or !=");
        }
        Metric metric = Metric.of(form.group(1)).orElse(null);
        if (metric == null) {
            throw bad(text, "what can be measured: " + words(Set.of(Metric.values())));
        }
        if (!measured.contains(metric)) {
            throw bad(text, "what this run measures: " + words(measured) + "; memory and CPU need --server-pid");
        }
        Double factor = factor(metric.unit(), form.group(4));
        if (factor == null) {
            throw bad(
                    text,
                    switch (metric.unit()) {
                        case MICROS -> "a time in ns, us, ms or s";
                        case BYTES -> "bytes, or a number of KiB, MiB or GiB";
                        case COUNT -> "a number without a unit";
                    });
        }
        return new Threshold(text.strip(), metric, form.group(2), Double.parseDouble(form.group(3)) * factor);
    }

    /**
     * Looks whether all can be kept, each by itself and together.
     *
     * @throws CannotMeasure some can't, whatever is measured
     */
    static void requirePossible(List<Threshold> wanted) {
        wanted.stream().collect(Collectors.groupingBy(Threshold::metric)).forEach((metric, all) -> {
            if (samples(metric, all).noneMatch(figure -> all.stream().allMatch(one -> one.keptBy(figure)))) {
                throw bad(
                        all.stream().map(Threshold::text).collect(Collectors.joining("' and '")),
                        "what a figure can keep" + (metric.isSigned() ? "" : ", which is 0 or more")
                                + (metric.isWhole() ? " and whole" : ""));
            }
        });
    }

    /** A figure from each range that the thresholds tell apart. */
    private static Stream<Double> samples(Metric metric, List<Threshold> all) {
        double[] marks = DoubleStream.concat(DoubleStream.of(0), all.stream().mapToDouble(Threshold::than))
                .sorted()
                .toArray();
        return IntStream.range(0, marks.length)
                .mapToObj(i -> metric.isWhole()
                        ? Stream.of(Math.floor(marks[i]) - 1, Math.floor(marks[i]), Math.floor(marks[i]) + 1)
                        : Stream.of(marks[i] - 1, marks[i], (marks[i] + marks[Math.max(0, i - 1)]) / 2, marks[i] + 1))
                .flatMap(samples -> samples)
                .filter(figure -> figure >= 0 || metric.isSigned());
    }

    private static @Nullable Double factor(Metric.Unit unit, String given) {
        return switch (unit) {
            case MICROS -> MICROS.get(given);
            case BYTES -> BYTES.get(given.toLowerCase(Locale.ROOT));
            case COUNT -> given.isEmpty() ? 1.0 : null;
        };
    }

    private static CannotMeasure bad(String text, String allowed) {
        return new CannotMeasure(CannotMeasure.BAD_THRESHOLD, "--threshold '" + text + "': allowed is " + allowed);
    }

    private static String words(Set<Metric> metrics) {
        return Arrays.stream(Metric.values())
                .filter(metrics::contains)
                .map(Metric::word)
                .collect(Collectors.joining(", "));
    }

    /** Whether a figure is what it must be; one that could not be measured after all is not. */
    boolean keptBy(@Nullable Double figure) {
        if (figure == null) {
            return false;
        }
        int order = Double.compare(figure, than);
        return switch (relation) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            case "==" -> order == 0;
            default -> order != 0;
        };
    }
}
