package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.benchmarks.Evidence.Measurement;
import dev.weir.benchmarks.Scenario.Rounds;
import dev.weir.benchmarks.Scenario.Run;
import dev.weir.benchmarks.Scenario.Server;
import dev.weir.client.RemoteSource.Via;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The processes of a scenario, and what counts of that which their tools leave behind. */
@Timeout(60)
class LabTest {

    private static final PrintWriter PROGRESS = new PrintWriter(new StringWriter());
    private static final String RESULT = """
            {"partial": %s, "runs": [{"inputs": {"subscribers": 1}, "figures": {"cpuUs": 7.5}, "failures": []}]}
            """;

    private static final String READY = "echo ready http://127.0.0.1:1 pid 1; ";

    private static Scenario scenario(int repetitions, Rounds rounds, String... runs) {
        return scenario(READY + "exec sleep 600", repetitions, rounds, runs);
    }

    private static Scenario scenario(String shell, int repetitions, Rounds rounds, String... runs) {
        return new Scenario(
                "test",
                repetitions,
                rounds,
                List.of(new Server("shell", List.of("sh", "-c", shell), shell, 1, false)),
                Stream.of(runs)
                        .map(run -> Run.load(run, "shell", Via.SSE, "--topic=" + run, "--before={round.before}"))
                        .toList());
    }

    /** Runs a scenario with a tool that is a function of its options. */
    private static Measurement run(Scenario scenario, Function<List<String>, String> tool) throws IOException {
        Evidence evidence = Evidence.begin("quick");
        try (Lab lab = new Lab(new Interruption(), PROGRESS) {
            @Override
            String call(Class<?> unused, List<String> options) {
                return tool.apply(options);
            }
        }) {
            lab.run(scenario, evidence);
        }
        return evidence.measurements().getFirst();
    }

    private static String write(List<String> options, String text) {
        try {
            Files.writeString(Path.of(options.getLast().replace("--json=", "")), text);
            return "";
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void flagsOfTheJvmAndOfNettyHoldForBaselinesToo() {
        assertThat(Stream.of("-Xmx1g", "-XX:+UseZGC", "--enable-preview", "-Dio.netty.leakDetection.level=disabled"))
                .allMatch(Child::isForAll);
        assertThat(Stream.of("-Dweir.home=/", "-agentpath:/profiler", "-Dhelidon.serialFilter.missing.action=ignore"))
                .noneMatch(Child::isForAll);
    }

    @Test
    void aWholeResultIsARepetition() throws IOException {
        Measurement sse = run(scenario(2, Rounds.WARMED, "sse"), options -> write(options, RESULT.formatted(false)));
        assertThat(sse.failures()).isEmpty();
        assertThat(sse.repetitions()).hasSize(2);
        assertThat(sse.inputs()).containsEntry("subscribers", 1.0);
        assertThat(sse.figure("cpuUs")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"runs\": [{\"fig", "{}", "[]"})
    void aTornResultIsNone(String text) throws IOException {
        assertFailed(run(scenario(1, Rounds.PLAIN, "sse"), options -> write(options, text)));
    }

    @Test
    void aPartialResultAndThatOfAToolWhichFailedAreNone() throws IOException {
        assertFailed(run(scenario(1, Rounds.PLAIN, "sse"), options -> write(options, RESULT.formatted(true))));
        Measurement failed = run(
                scenario(1, Rounds.PLAIN, "sse"),
                options -> write(options, RESULT.formatted(false)) + ": exit code 70; it said: oh");
        assertFailed(failed);
        assertThat(failed.failures()).singleElement().asString().endsWith("exit code 70; it said: oh");
        assertFailed(run(scenario(1, Rounds.PLAIN, "sse"), options -> ""));
    }

    private static void assertFailed(Measurement one) {
        assertThat(one.failures()).singleElement().asString().startsWith("it could not be measured");
        assertThat(one.repetitions()).isEmpty();
        assertThat(one.figure("cpuUs")).isEmpty();
    }

    @Test
    void eachRoundBeginsWithAnotherRunAndTellsHowManyWereBefore() throws IOException {
        List<String> calls = new ArrayList<>();
        run(scenario(2, Rounds.WARMED, "a", "b", "c"), options -> {
            calls.add(options.get(1).replace("--topic=", "") + options.get(2).replace("--before=", ""));
            return write(options, RESULT.formatted(false));
        });
        assertThat(calls).containsExactly("a0", "b0", "c0", "b1", "c1", "a1", "c2", "a2", "b2", "a3", "b3", "c3");
    }

    @Test
    void anInterruptedRunReturnsBeforeItEndsItsProcessesAndTheirs() throws IOException {
        Interruption interruption = new Interruption();
        List<ProcessHandle> started = new ArrayList<>();
        try (Lab lab = new Lab(interruption, PROGRESS) {
            @Override
            String call(Class<?> unused, List<String> options) {
                ProcessHandle.current().descendants().forEach(started::add);
                interruption.interrupt();
                return "";
            }
        }) {
            lab.run(scenario("sleep 600 & " + READY + "wait", 3, Rounds.FRESH, "sse"), Evidence.begin("quick"));
            assertThat(started).hasSize(2).allMatch(ProcessHandle::isAlive);
        }
        assertThat(started).noneMatch(ProcessHandle::isAlive);
    }
}
