package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.benchmarks.Evidence.Measurement;
import dev.weir.benchmarks.Scenario.Rounds;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every scenario for a moment, and what is said of results. */
@Timeout(120)
class BenchCommandTest {

    private static final PrintWriter NOWHERE = new PrintWriter(new StringWriter());

    @TempDir
    Path directory;

    /** What one command has said. */
    private record Said(int code, String out, String err) {}

    private Said run(Interruption interruption, List<String> launcher, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new BenchCommand(interruption, directory, launcher)
                .run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Said(code, out.toString(), err.toString());
    }

    private Said run(String... args) {
        return run(new Interruption(), TestWeir.launcher(), args);
    }

    private static final Scenarios BRIEF =
            new Scenarios(TestWeir.launcher(), 1, Rounds.PLAIN, 0.1, 0.3, 0.002, 0.02, List.of(0, 20, 40));

    @Test
    void aScenarioStartsItsServersAndMeasuresThem() throws Exception {
        Scenario calm = BRIEF.all().get(1);
        Evidence evidence = Evidence.begin("full");
        try (Lab lab = new Lab(new Interruption(), NOWHERE)) {
            lab.run(calm, evidence);
        }
        assertThat(evidence.measurements())
                .extracting(Measurement::name)
                .containsExactly("1000x10/sse", "1000x10/nio", "1000x10/ndjson");
        assertThat(evidence.measurements()).allSatisfy(one -> {
            assertThat(one.failures()).as(one.name()).isEmpty();
            assertThat(one.figure("cpuUs")).as(one.name()).isPresent();
            assertThat(one.inputs()).containsEntry("subscribers", 20.0).containsEntry("connections", 20.0);
            assertThat(one.baseline()).isEqualTo(one.run().equals("nio"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {Scenarios.FLAT_OUT, Scenarios.KAFKA, Scenarios.EXPORT})
    void whatReadsABurstOrATopicOrAnExportGetsAllOfIt(String name) throws Exception {
        Evidence evidence = Evidence.begin("full");
        try (Lab lab = inThisProcess()) {
            lab.run(BenchCommand.named(name, BRIEF.all()), evidence);
        }
        assertThat(evidence.measurements()).isNotEmpty().allSatisfy(one -> {
            assertThat(one.failures()).as(one.name()).isEmpty();
            assertThat(one.figure("cpuUs")).as(one.name()).isPresent();
        });
    }

    @Test
    @Tag("faults")
    @Timeout(300)
    void everyScenarioDeliversWhatItClaims() throws Exception {
        Evidence evidence = Evidence.begin("full");
        try (Lab lab = inThisProcess()) {
            for (Scenario scenario : BRIEF.all()) {
                lab.run(scenario, evidence);
            }
        }
        assertThat(evidence.measurements()).isNotEmpty().allSatisfy(one -> {
            assertThat(one.failures()).as(one.name()).isEmpty();
            assertThat(one.repetitions()).as(one.name()).hasSize(1);
            assertThat(one.repetitions().getFirst())
                    .as(one.name())
                    .containsKey(one.scenario().equals(Scenarios.IDLE) ? "rssPerConnectionBytes" : "cpuUs");
        });
        // Helidon, where other tests have started it, lets this JVM read no other's allocation.
        assertThat(Target.all().stream()
                        .filter(target -> !target.figure().equals("allocatedBytes"))
                        .filter(target -> evidence.measurement(target.scenario(), target.run())
                                .isPresent()))
                .hasSizeGreaterThan(20)
                .allSatisfy(target -> assertThat(target.in(evidence).measured())
                        .as(target.scenario() + ": " + target.what())
                        .isPresent());
        assertThat(new Advice(evidence).sentences()).hasSize(5);
        assertThat(figure(evidence, "flat-out/sse", "delivered"))
                .isEqualTo(figure(evidence, "flat-out/nio-joined", "delivered"));
        assertThat(figure(evidence, "1000x100/sse-stalled", Lab.RATE_PER_READER))
                .isBetween(50.0, 150.0);
        assertThat(new Report(evidence).markdown()).contains("bench full --only");
    }

    /** Saves the start of a JVM for each run. */
    private static Lab inThisProcess() throws IOException {
        return new Lab(new Interruption(), NOWHERE) {
            @Override
            String call(Class<?> tool, List<String> options) {
                StringWriter err = new StringWriter();
                String[] words = options.toArray(String[]::new);
                if (tool == Rig.class) {
                    Rig.run(new Interruption(), NOWHERE, new PrintWriter(err, true), words);
                } else {
                    new CommandLine(new BareConsumer()).execute(words);
                }
                return err.toString();
            }
        };
    }

    private static double figure(Evidence evidence, String name, String figure) {
        return evidence.measurements().stream()
                .filter(one -> one.name().equals(name))
                .flatMap(one -> one.figure(figure).stream())
                .mapToDouble(Interval::median)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aResultThatIsWrittenIsReadAgain() {
        Path file = directory.resolve("a/result.json");
        Evidence written = evidence(7.0, 7.1, 7.2);
        written.writeTo(file);
        Evidence read = Evidence.read(file);
        assertThat(read.measurements()).isEqualTo(written.measurements());
        assertThat(read.figure("1000x100", "sse", "cpuUs")).contains(Interval.of(List.of(7.0, 7.1, 7.2)));
        assertThat(read.isPartial()).isFalse();
        assertThat(file).content().contains("\"median\"", "\"processors\"", "\"commit\"", "\"flags\"");
    }

    @Test
    void intervalsHoldTheMeanAndOneRepetitionHasNone() {
        Interval three = Interval.of(List.of(9.0, 10.0, 11.0));
        assertThat(three.median()).isEqualTo(10);
        assertThat(three.low()).isBetween(7.51, 7.52);
        assertThat(three.high()).isBetween(12.48, 12.49);
        Interval one = Interval.of(List.of(10.0));
        assertThat(one.bounded()).isFalse();
        assertThat(one.overlaps(Interval.of(List.of(90.0, 90.1)))).isTrue();
    }

    @Test
    void onlyIntervalsThatDoNotOverlapDiffer() {
        assertThat(compare(evidence(10.0, 10.1, 10.2), evidence(10.2, 10.3, 10.4))
                        .out())
                .contains("0 differ, 1 can't be told apart");
        assertThat(compare(evidence(10.0, 10.1, 10.2), evidence(11.0, 11.1, 11.2))
                        .out())
                .contains("worse  1000x100/sse cpuUs: 10.1 us -> 11.1 us, 10 % worse");
        assertThat(compare(evidence(10.0, 10.1, 10.2), evidence(9.0, 9.1, 9.2)).out())
                .contains("better 1000x100/sse");
        assertThat(compare(evidence(10.0), evidence(20.0)).out()).contains("1 were measured once only");
        assertThat(compare(evidence(10.0, 10.0, 10.0), evidence(10.01, 10.01, 10.01))
                        .out())
                .contains("0 differ");
    }

    @Test
    void worseFailsOnlyWhereThatIsAsked() {
        assertThat(compare(evidence(10.0, 10.1), evidence(30.0, 30.1)).code()).isZero();
        assertThat(compare(evidence(10.0, 10.1), evidence(30.0, 30.1), "--fail-on-worse")
                        .code())
                .isEqualTo(4);
        assertThat(compare(evidence(30.0, 30.1), evidence(10.0, 10.1), "--fail-on-worse")
                        .code())
                .isZero();
    }

    @Test
    void aRunThatLosesEventsIsWorseAndOneThatDidIsNotCompared() {
        Evidence broken = evidence(10.0, 10.1);
        broken.measurements().getFirst().failures().add("lost 3 events");
        Said worse = compare(evidence(10.0, 10.1), broken, "--fail-on-worse");
        assertThat(worse.code()).isEqualTo(4);
        assertThat(worse.out()).contains("worse  1000x100/sse: failed in AFTER: lost 3 events");
        Said mended = compare(broken, evidence(30.0, 30.1), "--fail-on-worse");
        assertThat(mended.code()).isZero();
        assertThat(mended.out())
                .contains("note   1000x100/sse: not compared, it failed in BEFORE: lost 3 events", "0 figures");
    }

    @Test
    void whatLacksInAfterIsToldAndFails() {
        Evidence without = Evidence.begin("full");
        assertFails(compare(evidence(10.0, 10.1), without, "--fail-on-worse"), "lacks  1000x100/sse: not in AFTER");
        assertThat(compare(evidence(10.0, 10.1), without).out()).contains("note   AFTER is PARTIAL");
        assertThat(compare(without, evidence(10.0, 10.1), "--fail-on-worse").out())
                .contains("note   1000x100/sse: not in BEFORE", "note   BEFORE is PARTIAL");
        assertFails(
                compare(evidence(10.0, 10.1), evidence(), "--fail-on-worse"),
                "lacks  1000x100/sse cpuUs: not measured in AFTER");
        Evidence other = Evidence.begin("quick");
        other.add(measured(Scenarios.quick(TestWeir.launcher()), "sse", 10.0, 10.1));
        assertFails(compare(evidence(10.0, 10.1), other, "--fail-on-worse"), "lacks  1000x100/sse: not the same run: ");
    }

    private static void assertFails(Said said, String line) {
        assertThat(said.out()).contains(line);
        assertThat(said.code()).isEqualTo(4);
    }

    @Test
    void aBaselineThatMovesIsTheMachine() {
        Evidence before = evidence(10.0, 10.1);
        Evidence after = evidence(10.0, 10.1);
        before.add(measured(Scenarios.full(TestWeir.launcher(), 0), "nio", 5.0, 5.1));
        after.add(measured(Scenarios.full(TestWeir.launcher(), 0), "nio", 50.0, 50.2));
        Said said = compare(before, after, "--fail-on-worse");
        assertThat(said.code()).isZero();
        assertThat(said.out())
                .contains("note   1000x100/nio cpuUs: 5.05 us -> 50.1 us")
                .contains("the machine differs", "intervals tell how repetitions differ that met the same process");
    }

    private Said compare(Evidence before, Evidence after, String... more) {
        Path one = directory.resolve("one.json");
        Path other = directory.resolve("other.json");
        before.writeTo(one);
        after.writeTo(other);
        return run(Stream.of(new String[] {"compare", one.toString(), other.toString()}, more)
                .flatMap(Stream::of)
                .toArray(String[]::new));
    }

    private static Evidence evidence(double... cpu) {
        Evidence evidence = Evidence.begin("full");
        evidence.add(measured(Scenarios.full(TestWeir.launcher(), 0), "sse", cpu));
        evidence.complete();
        return evidence;
    }

    private static Measurement measured(Scenarios scenarios, String name, double... cpu) {
        Scenario live = scenarios.all().getFirst();
        Scenario.Run run = live.runs().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        Measurement measurement = Measurement.of("full", live, run);
        for (double value : cpu) {
            measurement.repetitions().add(Map.of("cpuUs", value));
        }
        return measurement;
    }

    @Test
    void badInputIsOneMessageAndACodeOfItsOwn() throws Exception {
        Path other = Files.writeString(directory.resolve("other.json"), "{\"runs\":[]}");
        Path text = Files.writeString(directory.resolve("text.json"), "hello");
        assertOneMessage(run("report"), 66, "no results yet");
        assertOneMessage(run("report", "missing.json"), 66, "missing.json: no such file");
        assertOneMessage(run("report", other.toString()), 65, "not a result of `weir bench`");
        assertOneMessage(run("compare", text.toString(), other.toString()), 65, "not a result of `weir bench`");
        assertOneMessage(run("swiftly"), 2, "swiftly");
        assertOneMessage(run("compare", "one.json"), 2, "AFTER");
        assertOneMessage(run("quick", "--only=nothing"), 2, "allowed are 1000x100, flat-out");
        assertOneMessage(run("quick", "--out=" + text + "/x.json"), 73, "can't be written");
        assertOneMessage(run(new Interruption(), List.of("/nonexistent/weir"), "quick"), 69, "can't be started");
    }

    private static void assertOneMessage(Said said, int code, String part) {
        assertThat(said.err()).startsWith("weir: ").contains(part).hasLineCount(1);
        assertThat(said.code()).isEqualTo(code);
    }

    @Test
    void anInterruptedRunWritesWhatItHasAndLeavesNoProcess() throws Exception {
        Path file = directory.resolve("part.json");
        Interruption interruption = new Interruption();
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        var running = CompletableFuture.supplyAsync(() -> new BenchCommand(interruption, directory, TestWeir.launcher())
                .run(new PrintWriter(out, true), new PrintWriter(err, true), "quick", "--out=" + file));
        Stage.await(
                "the second run begins",
                Duration.ofSeconds(90),
                () -> err.toString().contains("1000x100/nio"));
        interruption.interrupt();
        running.get(30, TimeUnit.SECONDS);
        assertThat(out.toString()).contains("PARTIAL");
        Evidence evidence = Evidence.read(file);
        assertThat(evidence.isPartial()).isTrue();
        assertThat(evidence.measurement("1000x100", "sse").orElseThrow().repetitions())
                .singleElement()
                .satisfies(figures -> assertThat(figures).containsKey("allocatedBytes"));
        assertThat(new Report(evidence).html()).contains("PARTIAL");
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .isEmpty();
    }
}
