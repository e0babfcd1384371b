package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.benchmarks.Evidence.Measurement;
import dev.weir.benchmarks.Scenario.Rounds;
import dev.weir.benchmarks.Scenario.Run;
import dev.weir.benchmarks.Scenario.Server;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs scenarios: starts their servers, measures them in turn, and ends every process that it started. One thread. */
class Lab implements AutoCloseable {

    /** Events in a second for each subscriber that reads all it is sent. */
    static final String RATE_PER_READER = "ratePerReader";

    /** Idle connections at the end of a run that opens ever more. */
    static final String HELD = "connectionsHeld";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z-]+)\\.([a-z]+)\\}");

    private final Path directory;
    private final Interruption interruption;
    private final PrintWriter progress;
    private final ObjectNode words = JSON.createObjectNode();
    private final Deque<Child> children = new ArrayDeque<>();
    private int files;

    Lab(Interruption interruption, PrintWriter progress) throws IOException {
        this.interruption = interruption;
        this.progress = progress;
        directory = Files.createTempDirectory("weir-bench");
    }

    /**
     * Runs one, and adds what it shows after each run, so that nothing is lost if it is interrupted. What can't be measured is told
     * in the measurement's failures.
     */
    void run(Scenario scenario, Evidence evidence) {
        Map<Run, Measurement> measurements = new LinkedHashMap<>();
        for (Run run : scenario.runs()) {
            Measurement measurement =
                    Measurement.of(evidence.head().path("mode").asText(), scenario, run);
            measurements.put(run, measurement);
            evidence.add(measurement);
        }
        try {
            int first = 1 - scenario.rounds().uncounted();
            for (int round = first; round <= scenario.repetitions() && !interruption.asked(); round++) {
                if (children.isEmpty()) {
                    scenario.servers().forEach(this::start);
                }
                round(scenario, round, round - first, measurements);
                if (scenario.rounds() == Rounds.FRESH) {
                    end();
                }
            }
        } catch (CannotMeasure impossible) {
            if (!interruption.asked()) {
                measurements.values().forEach(one -> one.failures().add(String.valueOf(impossible.getMessage())));
            }
        }
        end();
    }

    /** Each round begins with another run, so that none always comes after the same one. */
    private void round(Scenario scenario, int round, int before, Map<Run, Measurement> measurements) {
        words.putObject("round").put("before", before);
        List<Run> runs = new ArrayList<>(scenario.runs());
        Collections.rotate(runs, -before);
        for (Run run : runs) {
            if (interruption.asked()) {
                return;
            }
            progress.println(scenario.name() + "/" + run.name() + ", "
                    + (round < 1 ? "warming up" : round + " of " + scenario.repetitions()));
            measure(run, Objects.requireNonNull(measurements.get(run)), round > 0);
        }
    }

    private void start(Server server) {
        Path file = file("ready");
        words.putObject("own")
                .put("ready", file.toString())
                .put("data", file("data").toString());
        Child child = Child.start(server.name(), filled(server.command()), directory);
        children.push(child);
        words.set(server.name(), child.ready(file, START_PATIENCE, interruption));
    }

    private void measure(Run run, Measurement into, boolean counts) {
        Path json = file("result");
        List<String> options = new ArrayList<>(filled(run.options()));
        options.add("--json=" + json);
        String complaint = call(run.tool(), options);
        if (interruption.asked()) {
            return;
        }
        JsonNode file = result(json);
        JsonNode result = file.path("runs").path(0);
        if (!complaint.isEmpty()
                || result.isMissingNode()
                || file.path("partial").asBoolean()) {
            into.failures().add("it could not be measured" + complaint);
            return;
        }
        result.path("failures").forEach(failure -> into.failures().add(failure.asText()));
        result.path("notes").forEach(note -> into.notes().add(note.asText()));
        result.path("inputs").properties().stream()
                .filter(input -> input.getValue().isNumber())
                .forEach(input ->
                        into.inputs().put(input.getKey(), input.getValue().asDouble()));
        if (counts) {
            into.repetitions().add(figures(result));
        }
    }

    /** What a tool has written; nothing if it has not, or only a part of it. */
    private static JsonNode result(Path json) {
        try {
            return JSON.readTree(json.toFile());
        } catch (IOException missingOrTorn) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Runs a tool in a process of its own, until its end or that of this run.
     *
     * @return empty if it has ended as one that has measured, or else what it said, as the end of a message
     */
    String call(Class<?> tool, List<String> options) {
        List<String> command = new ArrayList<>(Child.java(tool, List.of()));
        command.addAll(options);
        Child child = Child.start(tool.getSimpleName(), command, directory);
        children.push(child);
        if (!child.ended(interruption)) {
            return "";
        }
        children.pop();
        return child.exitCode() == 0 || child.exitCode() == Rig.FAILED
                ? ""
                : ": exit code " + child.exitCode() + child.said();
    }

    private static Map<String, Double> figures(JsonNode result) {
        Map<String, Double> figures = new LinkedHashMap<>();
        result.path("figures")
                .properties()
                .forEach(
                        figure -> figures.put(figure.getKey(), figure.getValue().asDouble()));
        for (JsonNode step : result.path("memory")) {
            figures.put(HELD, step.path("connections").asDouble());
        }
        JsonNode inputs = result.path("inputs");
        double share =
                1 - inputs.path("stalled").asDouble() - inputs.path("slow").asDouble();
        Double rate = figures.get(Metric.RATE.field());
        if (rate != null && inputs.has("subscribers")) {
            figures.put(RATE_PER_READER, rate / (inputs.path("subscribers").asInt() * share));
        }
        return figures;
    }

    private List<String> filled(List<String> command) {
        return command.stream()
                .map(word -> PLACEHOLDER
                        .matcher(word)
                        .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2)))))
                .toList();
    }

    private String value(String server, String field) {
        JsonNode value = words.path(server).path(field);
        if (value.isMissingNode()) {
            throw new IllegalStateException("server " + server + " has not told its " + field);
        }
        return value.asText();
    }

    private Path file(String name) {
        return directory.resolve(name + "-" + ++files);
    }

    /** When the run is to end, results are written first. */
    private void end() {
        if (!interruption.asked()) {
            endChildren();
        }
    }

    private void endChildren() {
        Child.end(children);
        children.clear();
        words.removeAll();
    }

    /** Ends what still runs, and removes its files. */
    @Override
    public void close() {
        endChildren();
        remove(directory);
    }

    /** Removes a directory of this process; what resists stays. */
    static void remove(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException kept) {
            // it lies where temporary files do
        }
    }
}
