package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Results for programs: one JSON object with what was asked, where, and a run for each transport. */
final class ResultFile {

    private final ObjectNode file = JsonNodeFactory.instance.objectNode();
    private final int planned;
    private boolean interrupted;

    /** Begins with the time, the machine and the command line; it is partial until it has as many whole runs as planned. */
    ResultFile(List<String> commandLine, int planned) {
        this.planned = planned;
        file.put("startedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Machine.describe(file);
        commandLine.forEach(word -> file.withArray("commandLine").add(word));
        file.put("partial", true);
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
        run.put("passed", result.failures().isEmpty() && !result.partial());
        result.failures().forEach(run.putArray("failures")::add);
        result.notes().forEach(run.putArray("notes")::add);
        for (Threshold threshold : thresholds) {
            run.withArray("thresholds")
                    .addObject()
                    .put("text", threshold.text())
                    .put("kept", threshold.keptBy(result.figures().get(threshold.metric())));
        }
        interrupted |= result.partial();
        file.put("partial", interrupted || file.path("runs").size() < planned);
    }

    private static void inputs(ObjectNode inputs, Plan plan) {
        inputs.put("server", plan.server().getAuthority());
        inputs.put("topic", plan.topic());
        inputs.put("path", plan.path());
        inputs.put("subscribers", plan.subscribers());
        inputs.put("connections", plan.sockets());
        if (plan.steps().isEmpty()) {
            inputs.put("warmupSeconds", plan.warmup().toMillis() / 1e3);
            inputs.put("durationSeconds", plan.duration().toMillis() / 1e3);
        }
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

    /**
     * Writes what there is so far.
     *
     * @throws CannotMeasure the file can't be written
     */
    void writeTo(Path path) {
        try {
            JsonFile.write(path, file);
        } catch (IOException failure) {
            throw new CannotMeasure(CannotMeasure.NOT_WRITTEN, "--json=" + path + ": can't be written: " + failure);
        }
    }
}
