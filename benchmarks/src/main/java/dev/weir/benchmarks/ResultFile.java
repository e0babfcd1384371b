package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Results for programs: one JSON object with what was asked, where, and a run for each transport. */
final class ResultFile {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode file = JSON.createObjectNode();

    /** Begins with the time, the machine and the command line. */
    ResultFile(List<String> commandLine) {
        file.put("startedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Machine.describe(file);
        commandLine.forEach(word -> file.withArray("commandLine").add(word));
        file.put("partial", false);
        file.putArray("runs");
    }

    void add(Result result, List<Threshold> thresholds) {
        ObjectNode run = file.withArray("runs").addObject();
        Plan plan = result.plan();
        run.put("transport", plan.via().toString().toLowerCase(Locale.ROOT));
        inputs(run.putObject("inputs"), plan);
        run.put("seconds", result.seconds());
        run.put("partial", result.partial());
        ObjectNode figures = run.putObject("figures");
        result.figures().all().forEach((metric, figure) -> figures.put(metric.field(), figure));
        for (Result.Step step : result.steps()) {
            ObjectNode one = run.withArray("memory").addObject();
            one.put("connections", step.connections()).put("rssBytes", step.rssBytes());
            if (step.heapBytes() >= 0) {
                one.put("heapBytes", step.heapBytes());
            }
        }
        run.put("passed", result.failures().isEmpty());
        result.failures().forEach(run.putArray("failures")::add);
        result.notes().forEach(run.putArray("notes")::add);
        for (Threshold threshold : thresholds) {
            run.withArray("thresholds")
                    .addObject()
                    .put("text", threshold.text())
                    .put("kept", threshold.keptBy(result.figures().get(threshold.metric())));
        }
        file.put("partial", file.path("partial").asBoolean() || result.partial());
    }

    private static void inputs(ObjectNode inputs, Plan plan) {
        inputs.put("server", plan.server().getAuthority());
        inputs.put("topic", plan.topic());
        inputs.put("path", plan.path());
        inputs.put("subscribers", plan.subscribers());
        inputs.put("connections", plan.connections());
        inputs.put("warmupSeconds", plan.warmup().toMillis() / 1e3);
        inputs.put("durationSeconds", plan.duration().toMillis() / 1e3);
        inputs.put("slow", plan.slow());
        inputs.put("slowRate", plan.slowRate());
        inputs.put("stalled", plan.stalled());
        inputs.put("storm", plan.storm());
        inputs.put("resumeSeconds", plan.resume().toMillis() / 1e3);
        inputs.put("limit", plan.limit());
        inputs.put("threads", plan.threads());
        inputs.put("publish", plan.publishing().pace().rate());
        inputs.put("size", plan.publishing().pace().size());
    }

    /** Says that not all runs were made. */
    void partial() {
        file.put("partial", true);
    }

    void writeTo(Path path) throws IOException {
        Files.writeString(path, JSON.writeValueAsString(file) + "\n");
    }
}
