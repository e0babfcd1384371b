package dev.weir.benchmarks;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/** All that one {@code weir bench} has measured, as it is kept in a file: each repetition with its own numbers. One thread. */
final class Evidence {

    private static final String KIND = "weir-bench";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode head;
    private final Map<String, Measurement> measurements = new LinkedHashMap<>();

    private Evidence(ObjectNode head) {
        this.head = head;
    }

    /**
     * One run of one scenario.
     *
     * @param command makes this measurement again
     * @param server how the server was started
     * @param load what measured it
     * @param repetitions the figures of each, by the names of {@link Metric#field}
     * @param failures why the figures prove nothing; empty if everything arrived
     */
    @JsonIgnoreProperties("figures")
    record Measurement(
            String scenario,
            String run,
            String command,
            String server,
            String load,
            List<Map<String, Double>> repetitions,
            List<String> failures,
            List<String> notes) {

        static Measurement of(String mode, Scenario scenario, Scenario.Run run) {
            String server = scenario.servers().stream()
                    .filter(one -> one.name().equals(run.server()))
                    .map(Scenario.Server::shown)
                    .findFirst()
                    .orElseThrow();
            return new Measurement(
                    scenario.name(),
                    run.name(),
                    "./weir bench " + mode + " --only " + scenario.name(),
                    server,
                    run.shown(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }

        String name() {
            return scenario + "/" + run;
        }

        /** Empty if it was not measured each time. */
        Optional<Interval> figure(String name) {
            return interval(repetitions.stream().map(one -> one.get(name)).toList());
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
        head.put("partial", false);
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
                path + ": not a result of `weir bench`; those of `weir load` can't be compared or reported");
    }

    void add(Measurement measurement) {
        measurements.put(measurement.name(), measurement);
    }

    /** Says that not everything was measured. */
    void partial() {
        head.put("partial", true);
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

    /** A figure of one run; empty if it was not measured. */
    Optional<Interval> figure(String scenario, String run, String figure) {
        return measurement(scenario, run).flatMap(one -> one.figure(figure));
    }

    /** What a figure of one run makes with that of another, repetition by repetition; empty if either was not measured. */
    Optional<Interval> pair(String scenario, String run, String other, String figure, DoubleBinaryOperator how) {
        return measurement(scenario, run)
                .flatMap(one -> measurement(scenario, other).flatMap(two -> {
                    int pairs =
                            Math.min(one.repetitions().size(), two.repetitions().size());
                    List<Double> made = new ArrayList<>();
                    for (int i = 0; i < pairs; i++) {
                        Double left = one.repetitions().get(i).get(figure);
                        Double right = two.repetitions().get(i).get(figure);
                        made.add(left == null || right == null ? null : (Double) how.applyAsDouble(left, right));
                    }
                    return interval(made);
                }));
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
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(path, JSON.writeValueAsString(file) + "\n");
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
