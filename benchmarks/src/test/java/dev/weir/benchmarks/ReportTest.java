package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.benchmarks.Evidence.Measurement;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What people read of a result. */
class ReportTest {

    private static final List<String> FIGURES = List.of(
            "cpuUs", "rate", "p50Us", "p99Us", "allocatedBytes", "wireBytes", "rssPerConnectionBytes", "heapBytes");

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String page = new Report(evidence(1)).html();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page)));
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(8);
        assertThat(page)
                .doesNotContain("http://", "https://", "src=", "href=", "@import")
                .contains("prefers-color-scheme: dark");
        List<String> ids = page.lines()
                .flatMap(line -> java.util.regex.Pattern.compile("\\bid=\"([^\"]+)\"")
                        .matcher(line)
                        .results())
                .map(found -> found.group(1))
                .toList();
        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void allEightGoalsAreThereEachWithItsCommand() {
        for (Evidence evidence : List.of(evidence(1), Evidence.begin("full"))) {
            String text = new Report(evidence).markdown();
            for (int goal = 1; goal <= 8; goal++) {
                assertThat(text).contains("| **" + goal + ". " + Target.GOALS.get(goal - 1) + "**");
            }
            assertThat(text.lines().filter(line -> line.contains("| at most ") || line.contains("| at least ")))
                    .hasSize(Target.all().size())
                    .allMatch(line -> line.endsWith("` |") && line.contains("| `./weir bench "));
        }
    }

    @Test
    void whatWasNotMeasuredIsSaid() {
        assertThat(new Report(Evidence.begin("quick")).markdown())
                .contains("| not measured |", "Too little was measured")
                .doesNotContain("| reached |");
    }

    @Test
    void adviceFollowsTheNumbers() {
        Evidence evidence = evidence(1);
        assertThat(new Advice(evidence).sentences().getFirst())
                .contains("take gRPC: 3.00 us of server CPU")
                .contains("with SSE (2.33 x)");
        evidence.measurement("1000x100", "sse").orElseThrow().repetitions().replaceAll(one -> scaled(one, 0.1));
        assertThat(new Advice(evidence).sentences().getFirst()).contains("take SSE: 0.70 us");
    }

    @Test
    void aTargetIsReachedByItsMedianAndFailsWithItsRun() {
        Target cpu = Target.all().getFirst();
        assertThat(cpu.in(evidence(1)).verdict()).isEqualTo(Target.Verdict.REACHED);
        assertThat(cpu.in(evidence(1.2)).verdict()).isEqualTo(Target.Verdict.MISSED);
        Evidence lossy = evidence(1);
        lossy.measurement("1000x100", "sse").orElseThrow().failures().add("lost 3 events");
        assertThat(cpu.in(lossy).verdict()).isEqualTo(Target.Verdict.FAILED);
        assertThat(new Report(lossy).markdown()).contains("failed: lost 3 events");
    }

    /** Weir's HTTP costs {@code factor} times what NIO costs, and gRPC three sevenths of that. */
    private static Evidence evidence(double factor) {
        Evidence evidence = Evidence.begin("full");
        for (Scenario scenario : Scenarios.full(TestWeir.launcher()).all()) {
            for (Scenario.Run run : scenario.runs()) {
                Measurement one = Measurement.of("full", scenario, run);
                double size = run.name().equals("grpc") ? 3 : run.name().startsWith("nio") ? 7 : 7 * factor;
                for (int repetition = 0; repetition < 3; repetition++) {
                    Map<String, Double> figures = new HashMap<>();
                    for (String figure : FIGURES) {
                        figures.put(figure, size * (1 + repetition / 1_000.0));
                    }
                    one.repetitions().add(figures);
                }
                evidence.add(one);
            }
        }
        return evidence;
    }

    private static Map<String, Double> scaled(Map<String, Double> figures, double by) {
        Map<String, Double> scaled = new HashMap<>();
        figures.forEach((name, value) -> scaled.put(name, value * by));
        return scaled;
    }
}
