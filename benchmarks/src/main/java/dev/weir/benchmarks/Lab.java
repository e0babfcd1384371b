package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.benchmarks.Evidence.Measurement;
import dev.weir.benchmarks.Scenario.Rounds;
import dev.weir.benchmarks.Scenario.Run;
import dev.weir.benchmarks.Scenario.Server;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
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

    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z-]+)\\.([a-z]+)\\}");

    private final Path directory;
    private final Interruption interruption;
    private final PrintWriter progress;
    private final Map<String, JsonNode> ready = new HashMap<>();
    private final Deque<Child> servers = new ArrayDeque<>();
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
            for (int round = scenario.rounds() == Rounds.WARMED ? 0 : 1; round <= scenario.repetitions(); round++) {
                if (servers.isEmpty()) {
                    scenario.servers().forEach(this::start);
                }
                round(scenario, round, measurements);
                if (scenario.rounds() == Rounds.FRESH) {
                    endServers();
                }
            }
        } catch (CannotMeasure impossible) {
            if (!interruption.asked()) {
                measurements.values().forEach(one -> one.failures().add(String.valueOf(impossible.getMessage())));
            }
        } finally {
            endServers();
        }
    }

    private void round(Scenario scenario, int round, Map<Run, Measurement> measurements) {
        for (Run run : scenario.runs()) {
            if (interruption.asked()) {
                return;
            }
            progress.println(scenario.name() + "/" + run.name() + ", "
                    + (round == 0 ? "warming up" : round + " of " + scenario.repetitions()));
            measure(run, Objects.requireNonNull(measurements.get(run)), round > 0);
        }
    }

    private void start(Server server) {
        Path file = file("ready");
        List<String> command = Stream.concat(server.command().stream().map(this::filled), told(server, file))
                .toList();
        Child child = Child.start(server.name(), command, directory);
        servers.push(child);
        ready.put(server.name(), child.ready(file, START_PATIENCE, interruption));
    }

    /** A launcher's server tells more than its address, and a demo has data. */
    private Stream<String> told(Server server, Path file) {
        if (!server.shown().startsWith("./weir ")) {
            return Stream.empty();
        }
        Stream<String> ready = Stream.of("--ready-file=" + file);
        return server.command().contains("demo") ? Stream.concat(ready, Stream.of("--data=" + file("data"))) : ready;
    }

    private void measure(Run run, Measurement into, boolean counts) {
        Path json = file("result");
        List<String> options = Stream.concat(run.options().stream().map(this::filled), Stream.of("--json=" + json))
                .toList();
        String said = call(run.tool(), options);
        if (interruption.asked()) {
            return;
        }
        if (!Files.exists(json)) {
            into.failures().add("it could not be measured" + said);
            return;
        }
        try {
            JsonNode result =
                    new ObjectMapper().readTree(json.toFile()).path("runs").path(0);
            result.path("failures").forEach(failure -> into.failures().add(failure.asText()));
            result.path("notes").forEach(note -> into.notes().add(note.asText()));
            if (counts) {
                into.repetitions().add(figures(result));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Runs a tool in a process of its own, until its end or that of this run. Gives what it said. */
    String call(Class<?> tool, List<String> options) {
        List<String> command = new ArrayList<>(Child.java(tool, List.of()));
        command.addAll(options);
        try (Child child = Child.start(tool.getSimpleName(), command, directory)) {
            child.ended(interruption);
            return child.said();
        }
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

    private String filled(String word) {
        return PLACEHOLDER
                .matcher(word)
                .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2))));
    }

    private String value(String server, String field) {
        JsonNode value = ready.getOrDefault(server, new ObjectMapper().createObjectNode())
                .path(field);
        if (value.isMissingNode()) {
            throw new IllegalStateException("server " + server + " has not told its " + field);
        }
        return value.asText();
    }

    private Path file(String name) {
        return directory.resolve(name + "-" + ++files);
    }

    private void endServers() {
        while (!servers.isEmpty()) {
            servers.pop().close();
        }
        ready.clear();
    }

    /** Ends what still runs, and removes its files. */
    @Override
    public void close() {
        endServers();
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
