package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

    private static final Map<String, Double> STREAMS = Map.of(Scenarios.FLAT_OUT, 100.0, Scenarios.IDLE, 10_000.0);

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String page = new Report(evidence(1)).html();
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page)));
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(10);
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
                .startsWith("A steady stream to many (1,000 streams on 1,000 connections, 100 events a second each): ")
                .contains("take gRPC: 3.00 us of server CPU", "with SSE (2.33 x)")
                .endsWith(
                        "Not ranked, as its streams share connections: 2.00 us with gRPC (0.67 x), 1,000 streams on 10"
                                + " connections.");
        assertThat(new Advice(evidence).sentences())
                .anyMatch(one -> one.startsWith("Many who mostly wait (10,000 streams on 10,000 connections"));
        evidence.measurement("1000x100", "sse").orElseThrow().repetitions().replaceAll(one -> scaled(one, 0.1));
        assertThat(new Advice(evidence).sentences().getFirst()).contains("take SSE: 0.70 us");
    }

    @Test
    void eachTransportStandsBelowItsStreamsAndConnections() {
        assertThat(new Report(evidence(1)).markdown())
                .contains("| **1000x100**, streams on connections | 1,000 on 1,000 | 1,000 on 1,000 | 1,000 on 10 |")
                .contains("| **flat-out**, streams on connections | 100 on 100 | 100 on 100 | 100 on 10 |")
                .contains("| **idle**, streams on connections | 10,000 on 10,000 | 10,000 on 10,000 | 10,000 on 10 |");
        assertThat(new Report(evidence(1)).html()).contains("grpc, 1,000 on 10");
    }

    @Test
    void aRunThatFailedLendsItsFiguresToNothing() {
        Evidence lossy = evidence(1);
        String whole = new Report(lossy).html();
        Measurement grpc = lossy.measurement("1000x100", "grpc-each").orElseThrow();
        grpc.failures().add("lost 3 events");
        assertThat(grpc.figure("cpuUs")).isEmpty();
        assertThat(lossy.pair("1000x100", "sse", "grpc-each", "cpuUs", Double::sum))
                .isEmpty();
        assertThat(new Advice(lossy).sentences().getFirst())
                .contains("take SSE and NDJSON")
                .doesNotContain("3.00 us");
        assertThat(whole).contains("grpc-each  3");
        assertThat(new Report(lossy).html()).doesNotContain("grpc-each  3").contains("lost 3 events");
    }

    @Test
    void aBarIsAMeanBetweenItsBounds() {
        Interval skewed = Interval.of(List.of(1.0, 2.0, 9.0));
        assertThat(skewed.median()).isEqualTo(2);
        assertThat(skewed.mean()).isCloseTo(4, within(1e-9));
        assertThat(Charts.bars("a", "us", 1, List.of(new Charts.Bar("sse", skewed, true))))
                .contains("sse  4");
    }

    @Test
    void aTargetIsReachedByItsMedianAndFailsWithItsRun() {
        Target cpu = Target.all().getFirst();
        assertThat(cpu.in(evidence(1)).verdict()).isEqualTo(Target.Verdict.REACHED);
        assertThat(cpu.in(evidence(1.0504)).shown())
                .as("a ratio that looks like its limit")
                .startsWith("just over 1.05");
        assertThat(cpu.in(evidence(1.2)).verdict()).isEqualTo(Target.Verdict.MISSED);
        Evidence lossy = evidence(1);
        lossy.measurement("1000x100", "sse").orElseThrow().failures().add("lost 3 events");
        assertThat(cpu.in(lossy).verdict()).isEqualTo(Target.Verdict.FAILED);
        assertThat(new Report(lossy).markdown()).contains("failed: lost 3 events");
    }

    /** Weir's HTTP costs {@code factor} times what NIO costs, gRPC three sevenths, and two where streams share connections. */
    private static Evidence evidence(double factor) {
        Evidence evidence = Evidence.begin("full");
        for (Scenario scenario : Scenarios.full(TestWeir.launcher(), 0).all()) {
            for (Scenario.Run run : scenario.runs()) {
                Measurement one = Measurement.of("full", scenario, run);
                double size = switch (run.name()) {
                    case "grpc" -> 2;
                    case "grpc-each" -> 3;
                    case "nio", "nio-joined" -> 7;
                    default -> 7 * factor;
                };
                double streams = STREAMS.getOrDefault(scenario.name(), 1_000.0);
                one.inputs().put("subscribers", streams);
                one.inputs().put("connections", run.name().equals("grpc") ? 10 : streams);
                for (int repetition = 0; repetition < 3; repetition++) {
                    Map<String, Double> figures = new HashMap<>();
                    for (String figure : FIGURES) {
                        figures.put(figure, size * (1 + repetition / 1_000.0));
                    }
                    figures.put("ratePerReader", 99.9);
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
