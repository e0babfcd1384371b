package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.benchmarks.Charts.Bar;
import dev.weir.benchmarks.Evidence.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A result for people: one page that needs nothing else, and the same in Markdown without the charts. */
final class Report {

    private static final String NONE = "-";

    private final Evidence evidence;

    Report(Evidence evidence) {
        this.evidence = evidence;
    }

    /** A row of a table. */
    private record Row(List<String> cells) {

        static Row of(String... cells) {
            return new Row(List.of(cells));
        }
    }

    /** A heading, and what stands below it; code in backquotes. */
    private record Section(String title, List<String> paragraphs, List<Row> table) {}

    /**
     * Writes {@code index.html} and {@code report.md}.
     *
     * @throws CannotMeasure they can't be written
     */
    void writeTo(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("index.html"), html());
            Files.writeString(directory.resolve("report.md"), markdown());
        } catch (IOException failure) {
            throw new CannotMeasure(
                    CannotMeasure.NOT_WRITTEN, directory + ": can't be written: " + failure.getMessage());
        }
    }

    String html() {
        StringBuilder body = new StringBuilder();
        for (Section section : sections()) {
            body.append("<h2>").append(section.title()).append("</h2>\n");
            section.paragraphs()
                    .forEach(one -> body.append("<p>").append(marked(one)).append("</p>\n"));
            if (section.title().equals(TRANSPORTS)) {
                body.append(charts());
            }
            body.append(table(section.table()));
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width" />
            <title>Weir, measured</title>
            <style>
            :root { color-scheme: light dark; --weir: #0b7285; --other: #adb5bd; --grid: #dee2e6; --text: #212529; --page: #fff }
            @media (prefers-color-scheme: dark) {
              :root { --weir: #3bc9db; --other: #5c6770; --grid: #373d43; --text: #dee2e6; --page: #16191c }
            }
            body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
              max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
            table { border-collapse: collapse; width: 100%%; font-size: .875rem }
            th, td { border-bottom: 1px solid var(--grid); padding: .3rem .6rem; text-align: left; vertical-align: top }
            code { font-size: .8125rem; overflow-wrap: anywhere }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1rem 2rem }
            figure { margin: 0 } figcaption { font-weight: 600 } svg { width: 100%%; height: auto }
            .reached { color: var(--weir); font-weight: 600 } .missed, .failed { font-weight: 600 }
            </style>
            </head>
            <body>
            <h1>Weir, measured</h1>
            %s
            </body>
            </html>
            """.formatted(body);
    }

    String markdown() {
        return sections().stream()
                .map(section -> "## " + section.title() + "\n\n"
                        + section.paragraphs().stream().map(one -> one + "\n\n").collect(Collectors.joining())
                        + markdown(section.table()))
                .collect(Collectors.joining());
    }

    private static final int GOAL_HELD = 20_000;
    private static final String TRANSPORTS = "The transports, side by side";

    private List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("Where and when", machine(), List.of()));
        sections.add(new Section("The eight goals", goalNotes(), targets()));
        sections.add(new Section(
                TRANSPORTS,
                List.of(
                        "Above the figures of each scenario stands how many streams there were, and on how many connections: over"
                                + " HTTP each stream has its own, and what shares connections is cheaper for that alone. The next"
                                + " table has the commands."),
                transports()));
        sections.add(new Section("The command behind each number", List.of(), commands()));
        List<String> advice = new Advice(evidence).sentences();
        sections.add(new Section(
                "What to take for which work",
                advice.isEmpty()
                        ? List.of("Too little was measured to recommend anything; `./weir bench full` measures all.")
                        : advice,
                List.of()));
        return sections;
    }

    private List<String> machine() {
        JsonNode head = evidence.head();
        JsonNode machine = head.path("machine");
        List<String> told = new ArrayList<>();
        told.add(head.path("startedAt").asText() + ", `./weir bench "
                + head.path("mode").asText() + "`, commit `"
                + head.path("commit").asText() + "`; "
                + machine.path("processors").asText() + " processors ("
                + machine.path("cpu").asText() + "), memory "
                + machine.path("memory").asText() + ", "
                + machine.path("os").asText() + ", load at the start "
                + Text.number(machine.path("load").asDouble()) + "; Java "
                + head.path("java").path("version").asText() + ", flags `"
                + Stream.of(head.path("java").path("flags"))
                        .flatMap(flags -> flags.valueStream())
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(" "))
                + "`.");
        if (evidence.isPartial()) {
            told.add("PARTIAL: the run was interrupted, and not everything was measured.");
        }
        return told;
    }

    private List<String> goalNotes() {
        List<String> notes = new ArrayList<>();
        notes.add(
                "A ratio is the median of the repetitions; in brackets where their mean lies with a confidence of 95 percent."
                        + " What is compared was measured in turns, in one run. Times of another machine differ, ratios less so.");
        notes.add("A goal is reached where the median keeps it, also if the brackets reach beyond.");
        notes.add("As to brackets and lines on bars, " + Evidence.ONE_START + ".");
        if (evidence.isQuick()) {
            notes.add(Evidence.A_LOOK);
        }
        evidence.figure(Scenarios.IDLE, "sse", Lab.HELD).map(Interval::median).ifPresent(held -> notes.add(held(held)));
        return notes;
    }

    private String held(double most) {
        String held = "Idle connections held at once: " + Text.number(most) + ".";
        return most >= GOAL_HELD
                ? held
                : held + " The goal names " + Text.number(GOAL_HELD)
                        + " as well, which this run does not try: each connection is a file, of which a process could open "
                        + Text.number(evidence.head().path("descriptors").asDouble())
                        + " here, and a listener takes at most two thirds of them.";
    }

    private List<Row> targets() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of("goal", "measured", "target", "verdict", "command"));
        int last = 0;
        for (Target target : Target.all()) {
            if (target.number() != last) {
                last = target.number();
                rows.add(Row.of("**" + last + ". " + Target.GOALS.get(last - 1) + "**", "", "", "", ""));
            }
            Target.Outcome outcome = target.in(evidence);
            rows.add(Row.of(
                    target.what(),
                    outcome.shown().isEmpty() ? NONE : outcome.shown(),
                    target.limitText(),
                    outcome.verdict().word() + (outcome.why().isEmpty() ? "" : ": " + outcome.why()),
                    "`" + outcome.command() + "`"));
        }
        return rows;
    }

    private List<Row> transports() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of(
                "",
                "SSE",
                "NDJSON",
                "gRPC, shared connections",
                "gRPC, a connection each",
                "plain NIO",
                "Helidon SseSink",
                "plain StreamObserver",
                "the same on Helidon"));
        String live = Scenarios.LIVE;
        rows.add(crowds(live));
        rows.add(across("CPU for an event", live, Metric.CPU));
        rows.add(across("allocated for an event", live, Metric.ALLOCATED));
        rows.add(across("latency, p50", live, Metric.P50));
        rows.add(across("latency, p99", live, Metric.P99));
        rows.add(across("bytes on the wire for an event", live, Metric.WIRE));
        rows.add(crowds(Scenarios.FLAT_OUT));
        rows.add(across("events in a second", Scenarios.FLAT_OUT, Metric.RATE));
        rows.add(crowds(Scenarios.IDLE));
        rows.add(across("memory of an idle stream", Scenarios.IDLE, Metric.RSS_PER_CONNECTION));
        return rows;
    }

    private Row crowds(String scenario) {
        return across("**" + scenario + "**, streams on connections", scenario, Report::crowd);
    }

    private static String crowd(Measurement one) {
        return one.streams() == 0 ? NONE : Text.number(one.streams()) + " on " + Text.number(one.connections());
    }

    private Row across(String name, String scenario, Metric metric) {
        return across(name, scenario, one -> figure(one, metric));
    }

    private static String figure(Measurement one, Metric metric) {
        return one.figure(metric.field())
                .map(value -> metric.unit().text(value.median()))
                .orElse(NONE);
    }

    /** Flat out, NIO joins writes as Weir does, and the observers serve another crowd. */
    private Row across(String name, String scenario, Function<Measurement, String> cell) {
        List<String> others = scenario.equals(Scenarios.FLAT_OUT)
                ? List.of("nio-joined", "", "", "")
                : List.of("nio", "sse-sink", "grpc-observer", "grpc-helidon");
        return new Row(Stream.concat(
                        Stream.of(name),
                        Stream.of(Scenarios.TRANSPORTS, others)
                                .flatMap(List::stream)
                                .map(run -> evidence.measurement(scenario, run)
                                        .map(cell)
                                        .orElse(NONE)))
                .toList());
    }

    private List<Row> commands() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of(
                "run",
                "server",
                "load",
                "streams on connections",
                "repetitions",
                "CPU for an event",
                "the load's own",
                "everything arrived"));
        for (Measurement one : evidence.measurements()) {
            rows.add(Row.of(
                    one.name(),
                    "`" + typed(one.server()) + "`",
                    "`" + typed(one.load()) + "`",
                    crowd(one),
                    String.valueOf(one.repetitions().size()),
                    figure(one, Metric.CPU),
                    figure(one, Metric.RIG_CPU),
                    one.failures().isEmpty()
                            ? one.repetitions().isEmpty() ? "not measured" : "yes"
                            : String.join("; ", one.failures())));
        }
        return rows;
    }

    /** With words for people in place of what the lab fills in. */
    private static String typed(String command) {
        return command.replaceAll("\\{[^}]*\\.kafka}", "HOST:PORT").replace("{round.before}", "0");
    }

    private String charts() {
        String cpu = "CPU of the server for an event";
        return "<p>A bar is a mean, and the line on it where that lies with a confidence of 95 percent.</p>\n"
                + "<div class=\"charts\">\n"
                + chart("a", cpu, "microseconds", 1, Scenarios.LIVE, Metric.CPU)
                + chart("b", cpu, "microseconds", 1, Scenarios.CALM, Metric.CPU)
                + chart("c", cpu, "microseconds", 1, Scenarios.MANY, Metric.CPU)
                + chart("d", "Throughput", "thousand events/s", 1_000, Scenarios.FLAT_OUT, Metric.RATE)
                + chart("e", "Latency, 99 of 100 events", "milliseconds", 1_000, Scenarios.LIVE, Metric.P99)
                + chart("f", "Memory of an idle stream", "KiB", 1_024, Scenarios.IDLE, Metric.RSS_PER_CONNECTION)
                + chart("g", "Allocated for an event", "bytes", 1, Scenarios.LIVE, Metric.ALLOCATED)
                + chart("h", "On the wire for an event", "bytes", 1, Scenarios.LIVE, Metric.WIRE)
                + chart("i", cpu, "microseconds", 1, Scenarios.KAFKA, Metric.CPU, "replay")
                + chart("j", "Latency, 99 of 100 events", "milliseconds", 1_000, Scenarios.KAFKA, Metric.P99)
                + "</div>\n";
    }

    private String chart(String id, String title, String axis, double scale, String scenario, Metric metric) {
        return chart(id, title, axis, scale, scenario, metric, "");
    }

    /** @param runs how the names of those begin that have a bar; those of others would be too long beside them */
    private String chart(
            String id, String title, String axis, double scale, String scenario, Metric metric, String runs) {
        List<Bar> bars = new ArrayList<>();
        for (Measurement one : evidence.measurements()) {
            Optional<Interval> value = one.figure(metric.field());
            if (one.scenario().equals(scenario) && one.run().startsWith(runs) && value.isPresent()) {
                String name = one.shares() ? one.run() + ", " + crowd(one) : one.run();
                bars.add(new Bar(name, value.get(), !one.baseline()));
            }
        }
        return bars.isEmpty()
                ? ""
                : "<figure><figcaption>" + title + ", " + scenario + "</figcaption>"
                        + Charts.bars(id, axis, scale, bars) + "</figure>\n";
    }

    private static String table(List<Row> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder("<table>\n");
        String tag = "th";
        for (Row row : rows) {
            table.append("<tr>");
            for (String cell : row.cells()) {
                table.append('<').append(tag).append(styled(cell)).append('>');
                table.append(marked(cell)).append("</").append(tag).append('>');
            }
            table.append("</tr>\n");
            tag = "td";
        }
        return table.append("</table>\n").toString();
    }

    private static String styled(String cell) {
        return Stream.of(Target.Verdict.values())
                .map(Target.Verdict::word)
                .filter(cell::startsWith)
                .findFirst()
                .map(word -> " class=\"" + word.replace(' ', '-') + "\"")
                .orElse("");
    }

    /** HTML of text with code in backquotes and strong words in double asterisks. */
    private static String marked(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replaceAll("`([^`]*)`", "<code>$1</code>")
                .replaceAll("\\*\\*([^*]*)\\*\\*", "<strong>$1</strong>");
    }

    private static String markdown(List<Row> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        Function<Row, String> line = row -> row.cells().stream()
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
        String rule = "|" + "---|".repeat(rows.getFirst().cells().size()) + "\n";
        return line.apply(rows.getFirst()) + rule
                + rows.stream().skip(1).map(line).collect(Collectors.joining()) + "\n";
    }
}
