package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.client.RemoteSource.Via;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.transport.sse.SseTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark for a moment: that it runs, and that it does what it is said to measure. The scores mean nothing here. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchmarksRunTest {

    @ParameterizedTest
    @ValueSource(strings = {"loopback", "sse", "ndjson", "json-seq", "text", "csv", "raw", "grpc"})
    void aFrameThatIsEncodedHoldsTheData(String format) {
        EncodeBenchmark benchmark = new EncodeBenchmark();
        benchmark.format = format;
        benchmark.prepare();
        assertThat(text(benchmark.encode())).contains("c-20391");
        assertThat(benchmark.share()).isSameAs(benchmark.share()).isEqualTo(benchmark.encode());
    }

    @Test
    void theLogIsReadAsItIsWritten() {
        LogBenchmark benchmark = new LogBenchmark();
        benchmark.fill();
        for (int n = 0; n < 40_000; n++) {
            assertThat(benchmark.publish().offset()).isEqualTo(n);
            assertThat(benchmark.appendAndPoll()).isInstanceOf(Event.class);
            assertThat(benchmark.poll()).isInstanceOf(Event.class);
        }
        assertThat(benchmark.join().next()).isGreaterThan(16_384 / 4);
        benchmark.close();
    }

    @Test
    void encodingRuns() throws RunnerException {
        assertThat(run(new OptionsBuilder().include("EncodeBenchmark"))).hasSize(16);
    }

    @Test
    void theLogRuns() throws RunnerException {
        assertThat(run(new OptionsBuilder().include("LogBenchmark"))).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64})
    void anIdIsReadAsItWasWritten(int partitions) {
        IdBenchmark benchmark = new IdBenchmark();
        benchmark.partitions = partitions;
        benchmark.begin();
        String first = benchmark.parse().id();
        assertThat(benchmark.encode()).isEqualTo(first);
        assertThat(benchmark.encode()).isNotEqualTo(first);
    }

    @Test
    void everyWaiterTakesEveryEvent() {
        WakeBenchmark benchmark = new WakeBenchmark();
        benchmark.waiters = 100;
        benchmark.park();
        for (int n = 1; n <= 50; n++) {
            assertThat(benchmark.wake()).isEqualTo(100 * n);
        }
        benchmark.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"IdBenchmark", "WakeBenchmark", "FilterBenchmark", "SlowBenchmark"})
    void whatChecksItselfRuns(String benchmark) throws RunnerException {
        assertThat(run(new OptionsBuilder().include(benchmark))).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void everySubscriberGetsEveryEventOfAFanOut() throws RunnerException {
        for (RunResult result :
                run(new OptionsBuilder().include("FanOutBenchmark").param("subscribers", "1", "100"))) {
            double subscribers = Double.parseDouble(result.getParams().getParam("subscribers"));
            double events = result.getParams().getBenchmark().endsWith("burst") ? 64 : 1;
            double operations = result.getPrimaryResult().getScore();
            double delivered = result.getSecondaryResults().get("delivered").getScore();
            double writes = result.getSecondaryResults().get("writes").getScore();
            assertThat(delivered / operations).isBetween(events * subscribers * 0.999, events * subscribers * 1.001);
            assertThat(writes).isPositive().isLessThanOrEqualTo(delivered * 1.001);
        }
    }

    @Test
    void everySubscriberGetsEveryEventOverASocket() throws RunnerException {
        Collection<RunResult> results = run(new OptionsBuilder()
                .include("SocketBenchmark")
                .param("payload", "1024")
                .param("subscribers", "10"));
        assertThat(results).hasSize(4);
        assertThat(results)
                .as("the benchmark itself fails if one is missing at its end")
                .allSatisfy(result -> assertThat(
                                result.getSecondaryResults().get("delivered").getScore())
                        .isPositive());
    }

    @Test
    void readersThatAreRefusedEnd() throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Sources sources = new Sources().register("bench", topic);
                Endpoint endpoint =
                        new SseTransport().open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThatThrownBy(() -> ReaderProcess.start(Via.SSE, endpoint.address(), "benhc", 2))
                    .hasMessage("the readers ended with 1");
        }
    }

    @Test
    void aReplayReadsEveryRecord() throws IOException {
        ReplayBenchmark benchmark = new ReplayBenchmark();
        benchmark.records = 5_000;
        benchmark.fill();
        assertThat(benchmark.consumer()).isEqualTo(5_000);
        assertThat(benchmark.source()).isEqualTo(5_000);
        assertThat(benchmark.sse()).isEqualTo(5_000);
        benchmark.stop();
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        Collection<RunResult> results = new Runner(options.forks(0)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.milliseconds(50))
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(100))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertThat(results)
                .allSatisfy(result ->
                        assertThat(result.getPrimaryResult().getScore()).isPositive());
        return results;
    }

    private static String text(Bytes frame) {
        return new String(frame.toArray(), StandardCharsets.UTF_8);
    }
}
