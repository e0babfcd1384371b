package dev.weir.benchmarks;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/** All that one {@code weir bench} has measured, as it is kept in a file: each repetition with its own numbers. One thread. */
final class Evidence {

    /** What intervals don't tell. */
    static final String ONE_START =
            "intervals tell how repetitions differ that met the same process; how one start of it differs"
                    + " from the next is in those of " + Scenarios.IDLE + " and " + Scenarios.EXPORT + " alone";

    /** What a result of few and short runs is worth. */
    static final String A_LOOK =
            "A quick run is short, begins cold where events come at a pace, and reads fewer of them where each"
                    + " subscriber reads so many: it is for a look, not for a verdict.";

    private static final String KIND = "weir-bench";
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    private final ObjectNode head;
    private final Map<String, Measurement> measurements = new LinkedHashMap<>();

    private Evidence(ObjectNode head) {
        this.head = head;
    }

    /**
     * One run of one scenario.
     *
     * @param baseline whether it is what Weir is compared with
     * @param command makes this measurement again
     * @param server how the server was started
     * @param load what measured it
     * @param inputs the numbers it was told, by the names that {@code weir load --json} has for them
     * @param repetitions the figures of each, by the names of {@link Metric#field}
     * @param failures why the figures prove nothing; empty if everything arrived
     */
    @JsonIgnoreProperties("figures")
    record Measurement(
            String scenario,
            String run,
            boolean baseline,
            String command,
            String server,
            String load,
            Map<String, Double> inputs,
            List<Map<String, Double>> repetitions,
            List<String> failures,
            List<String> notes) {

        static Measurement of(String mode, Scenario scenario, Scenario.Run run) {
            return new Measurement(
                    scenario.name(),
                    run.name(),
                    scenario.baseline(run),
                    "./weir bench " + mode + " --only " + scenario.name(),
                    scenario.server(run).shown(),
                    run.shown(),
                    new TreeMap<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }

        String name() {
            return scenario + "/" + run;
        }

        /** How many streams there were; 0 if its tool has none. */
        double streams() {
            return inputs.getOrDefault("subscribers", 0.0);
        }

        /** How many connections they were on. */
        double connections() {
            return inputs.getOrDefault("connections", 0.0);
        }

        /** Whether streams had to share connections, which makes them cheaper. */
        boolean shares() {
            return connections() < streams();
        }

        /** Such as {@code 1,000 streams on 10 connections}. */
        String crowd() {
            return Text.number(streams()) + " streams on " + Text.number(connections()) + " connections";
        }

        /** Empty if it was not measured each time, or a run failed. */
        Optional<Interval> figure(String name) {
            return failures.isEmpty()
                    ? interval(repetitions.stream().map(one -> one.get(name)).toList())
                    : Optional.empty();
        }

        /** What a figure makes with that of another, repetition by repetition; empty if either has none. */
        private Optional<Interval> pair(Measurement other, String figure, DoubleBinaryOperator how) {
            if (figure(figure).isEmpty() || other.figure(figure).isEmpty()) {
                return Optional.empty();
            }
            List<Double> made = new ArrayList<>();
            for (int i = 0; i < Math.min(repetitions.size(), other.repetitions.size()); i++) {
                made.add(how.applyAsDouble(
                        Objects.requireNonNull(repetitions.get(i).get(figure)),
                        Objects.requireNonNull(other.repetitions.get(i).get(figure))));
            }
            return interval(made);
        }
    }

    /** Begins with the machine and the time. */
    static Evidence begin(String mode) {
        ObjectNode head = JSON.createObjectNode();
        head.put("kind", KIND);
        head.put("mode", mode);
        head.put("startedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Machine.describe(head);
        head.put("descriptors", Descriptors.most(Path.of("/proc/self")));
        head.put("partial", true);
        return new Evidence(head);
    }

    /**
     * Reads a file.
     *
     * @throws CannotMeasure it is missing, or holds something else
     */
    static Evidence read(Path path) {
        try {
            if (JSON.readTree(path.toFile()) instanceof ObjectNode file
                    && file.path("kind").asText().equals(KIND)) {
                Evidence evidence = new Evidence(file);
                for (JsonNode one : file.path("measurements")) {
                    evidence.add(JSON.treeToValue(one.deepCopy(), Measurement.class));
                }
                file.remove("measurements");
                return evidence;
            }
        } catch (JacksonException malformed) {
            // told below, like other JSON
        } catch (IOException unreadable) {
            throw new CannotMeasure(
                    CannotMeasure.NO_FILE,
                    path + ": " + (Files.exists(path) ? "can't be read" : "no such file")
                            + "; `weir bench quick` makes one");
        }
        throw new CannotMeasure(
                CannotMeasure.NOT_A_RESULT,
                path
                        + ": not a result of `weir bench` of this version; those of `weir load` can't be compared or reported");
    }

    void add(Measurement measurement) {
        measurements.put(measurement.name(), measurement);
    }

    /** Says that everything was measured. Until then it is partial. */
    void complete() {
        head.put("partial", false);
    }

    boolean isQuick() {
        return head.path("mode").asText().equals("quick");
    }

    boolean isPartial() {
        return head.path("partial").asBoolean();
    }

    /** Mode, time, machine, JVM and commit. */
    JsonNode head() {
        return head;
    }

    /** What a part of the head says, but for what changes from minute to minute. */
    static String place(String name, Evidence evidence) {
        JsonNode place = evidence.head.path(name).deepCopy();
        if (place instanceof ObjectNode object) {
            object.remove("load");
        }
        return place.isTextual() ? place.asText() : place.toString();
    }

    static boolean sameIn(String name, Evidence one, Evidence other) {
        return place(name, one).equals(place(name, other));
    }

    List<Measurement> measurements() {
        return List.copyOf(measurements.values());
    }

    Optional<Measurement> measurement(String scenario, String run) {
        return Optional.ofNullable(measurements.get(scenario + "/" + run));
    }

    /** A figure of one run; empty if it was not measured, or failed. */
    Optional<Interval> figure(String scenario, String run, String figure) {
        return measurement(scenario, run).flatMap(one -> one.figure(figure));
    }

    /** What a figure of one run makes with that of another, repetition by repetition; empty if either has none. */
    Optional<Interval> pair(String scenario, String run, String other, String figure, DoubleBinaryOperator how) {
        return measurement(scenario, run)
                .flatMap(one -> measurement(scenario, other).flatMap(two -> one.pair(two, figure, how)));
    }

    private static Optional<Interval> interval(List<Double> values) {
        return values.isEmpty() || values.contains(null) ? Optional.empty() : Optional.of(Interval.of(values));
    }

    /**
     * Writes everything, and the median and interval of each figure beside the repetitions.
     *
     * @throws CannotMeasure the file can't be written
     */
    void writeTo(Path path) {
        ObjectNode file = head.deepCopy();
        for (Measurement one : measurements.values()) {
            ObjectNode node = JSON.valueToTree(one);
            ObjectNode figures = node.putObject("figures");
            names(one)
                    .forEach(name -> one.figure(name).ifPresent(interval -> {
                        ObjectNode figure = figures.putObject(name).put("median", interval.median());
                        if (interval.bounded()) {
                            figure.put("low", interval.low()).put("high", interval.high());
                        }
                    }));
            file.withArray("measurements").add(node);
        }
        try {
            JsonFile.write(path, file);
        } catch (IOException failure) {
            throw new CannotMeasure(CannotMeasure.NOT_WRITTEN, path + ": can't be written: " + failure.getMessage());
        }
    }

    static List<String> names(Measurement one) {
        Map<String, Double> all = new TreeMap<>();
        one.repetitions().forEach(all::putAll);
        return List.copyOf(all.keySet());
    }
}
