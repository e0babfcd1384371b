package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What history may cost: a ratio of two measurements of one run, and of each its best shot, as a busy machine only adds. */
@Tag("faults")
class ReplayRatioTest {

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aMillionRecordsAreReplayedNotMuchSlowerThanByABareConsumer() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("ReplayBenchmark")
                        .forks(0)
                        .warmupIterations(2)
                        .measurementIterations(5)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        double consumer = best(results, "consumer");
        assertThat(best(results, "source") / consumer)
                .as("the source, as a multiple of a bare consumer")
                .isLessThan(2);
        assertThat(best(results, "sse") / consumer)
                .as("all the way to a client in the same process")
                .isLessThan(2);
    }

    private static double best(Collection<RunResult> results, String benchmark) {
        return results.stream()
                .filter(result -> result.getParams().getBenchmark().endsWith("." + benchmark))
                .mapToDouble(result -> result.getPrimaryResult().getStatistics().getMin())
                .findFirst()
                .orElseThrow();
    }
}
