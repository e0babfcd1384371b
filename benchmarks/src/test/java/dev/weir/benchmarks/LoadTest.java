package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.benchmarks.Bench.Run;
import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load rig against servers that are right, and against some that are not. */
@Timeout(60)
class LoadTest {

    private static final String SELF = String.valueOf(ProcessHandle.current().pid());

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ndjson", "grpc"})
    void everyEventArrivesAndIsMeasured(String transport) throws IOException {
        try (Generator topic = new Generator("bench", new Pace(200, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            Run run = bench.load(
                    "--subscribers=20", "--warmup=0.3", "--duration=0.7", "--server-pid", SELF, "--threshold=lost==0");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.out()).contains("PASSED", "p99=", "subscribers", "ok   lost==0");
            assertThat(run.figure("delivered")).isBetween(20 * 200 * 0.4, 20 * 200 * 1.2);
            assertThat(run.figure("wireBytes")).isBetween(128.0, 400.0);
            assertThat(run.figure("p50Us")).isPositive().isLessThan(1_000_000);
            assertThat(run.figure("p99Us")).isBetween(run.figure("p50Us"), run.figure("maxUs"));
            assertThat(run.figure("firstP50Us")).isPositive();
            assertThat(run.figure("cpuUs")).isPositive();
            assertThat(run.figure("heapBytes")).isGreaterThan(1 << 20);
            assertThat(run.figure("rssBytes")).isGreaterThan(run.figure("heapBytes"));
            assertThat(run.json().path("runs").path(0).path("transport").asText())
                    .isEqualTo(transport);
            assertThat(run.json().path("machine").path("processors").asInt()).isPositive();
            assertThat(run.json().path("partial").asBoolean()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ndjson", "grpc"})
    void flatOutEveryoneReadsAsMuchAsAsked(String transport) throws IOException {
        try (Generator topic = new Generator("bench", new Pace(0, 1000, 2000), Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            Run run = bench.load("--subscribers=10", "--flat-out=2000");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("delivered")).isEqualTo(10 * 2000);
            assertThat(run.figure("rate")).isGreaterThan(1000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ndjson", "grpc"})
    void aStormLosesNothingAndAllComeBack(String transport) throws IOException {
        try (Generator topic = new Generator("bench", new Pace(500, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            Run run = bench.load("--subscribers=30", "--warmup=0.1", "--duration=0.6", "--reconnect-storm");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("reconnects")).isEqualTo(30);
            assertThat(run.figure("backUs")).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sse", "ndjson", "grpc"})
    void whoLeavesAndComesBackMissesNothing(String transport) throws IOException {
        try (Generator topic = new Generator("bench", new Pace(500, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            Run run = bench.load("--subscribers=20", "--warmup=0", "--duration=0.5", "--resume=0.1");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("reconnects")).isGreaterThan(20);
        }
    }

    @Test
    void stalledAndSlowReadersHinderNobodyAndTheStalledAreCut() throws IOException {
        try (Generator topic = new Generator("bench", new Pace(300, 16_384, 0), Retention.DEFAULT);
                Bench bench = new Bench("ndjson", topic, new ChunkedTransport(Duration.ofSeconds(1)))) {
            Run run = bench.load(
                    "--subscribers=20",
                    "--warmup=0",
                    "--duration=2.5",
                    "--stalled=0.1",
                    "--slow=0.1",
                    "--slow-rate=500000");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.out()).contains("2 slow", "2 stalled");
            assertThat(run.figure("stalledCuts")).isEqualTo(2);
            assertThat(run.figure("delivered")).isGreaterThan(16 * 300 * 2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sse, 0 1 3, 1 event lost, lost",
        "ndjson, 0 1 3, 1 event lost, lost",
        "grpc, 0 1 3, 1 event lost, lost",
        "sse, 0 1 1 2, 1 event doubled, doubled",
        "grpc, 0 1 1 2, 1 event doubled, doubled",
        "ndjson, 0 2 1 3, 1 event reordered, reordered",
        "sse, 0 -1 2 3, 1 event torn, torn",
        "ndjson, 0 -1 2 3, 1 event torn, torn",
        "grpc, 0 -1 2 3, 1 event torn, torn"
    })
    void aServerThatDoesNotKeepItsWordFailsTheRun(String transport, String numbers, String reason, String figure)
            throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            String[] sent = numbers.split(" ", -1);
            for (String number : sent) {
                topic.publish(Event.of(null, event(Integer.parseInt(number))));
            }
            Run run = bench.load("--subscribers=1", "--flat-out=" + sent.length);
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
            assertThat(run.out()).contains("FAILED: " + reason);
            assertThat(run.figure(figure)).isEqualTo(1);
            assertThat(run.json().path("runs").path(0).path("passed").asBoolean())
                    .isFalse();
        }
    }

    /** A number below zero is one of the same event torn. */
    private static Bytes event(int number) {
        byte[] data = Generator.data(Tally.unixNanos(), Math.abs(number), 128).toArray();
        data[100] ^= (byte) (number < 0 ? 1 : 0);
        return Bytes.owned(data);
    }

    @Test
    void aBareServerIsReadHoweverItsBytesAreCut() throws IOException {
        String body =
                RawServer.block(0) + ": a comment\n\n" + RawServer.block(1).replace("\n", "\r\n") + RawServer.block(2);
        try (RawServer server = new RawServer((number, out, raw) -> {
            if (number == 0) {
                RawServer.plain(out, body);
            } else {
                RawServer.chunked(out, body, number);
            }
        })) {
            Run run = Run.of(
                    new Interruption(),
                    "--http",
                    server.url(),
                    "--path=/any?thing=1",
                    "--subscribers=4",
                    "--flat-out=3");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("delivered")).isEqualTo(4 * 3);
        }
    }

    @Test
    void aSubscriberThatIsForgottenFailsTheRun() throws IOException {
        try (RawServer server = new RawServer((number, out, raw) -> raw.live(out, seq -> number > 0))) {
            Run run = Run.of(
                    new Interruption(), "--http", server.url(), "--subscribers=3", "--warmup=0", "--duration=0.5");
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
            assertThat(run.out()).contains("FAILED: 1 of 3 subscribers lacked events");
            assertThat(run.figure("lost")).isBetween(50.0, run.figure("delivered"));
        }
    }

    @Test
    void aServerThatFreezesForAllFailsTheRun() throws IOException {
        try (RawServer server = new RawServer((number, out, raw) -> {
            long frozen = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
            raw.live(out, seq -> System.nanoTime() < frozen);
        })) {
            Run run = Run.of(
                    new Interruption(), "--http", server.url(), "--subscribers=2", "--warmup=0.1", "--duration=1");
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
            assertThat(run.figure("delivered")).isPositive();
            assertThat(run.out()).contains("FAILED: 2 of 2 subscribers lacked events");
        }
    }

    @Test
    void eventsThatComeAfterTheEndAreAsLateAsTheyAre() throws IOException {
        try (RawServer server = new RawServer((number, out, raw) -> {
            long stalls = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
            long goesOn = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_800);
            raw.live(out, seq -> {
                while (System.nanoTime() > stalls && System.nanoTime() < goesOn) {
                    LockSupport.parkNanos(goesOn - System.nanoTime());
                }
                return true;
            });
        })) {
            Run run = Run.of(
                    new Interruption(), "--http", server.url(), "--subscribers=1", "--warmup=0.1", "--duration=1");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("p90Us")).isBetween(400_000.0, 1_300_000.0);
        }
    }

    @Test
    void eventsOfTheWarmUpAloneProveNothing() throws IOException {
        try (RawServer server = new RawServer((number, out, raw) -> {
            long silent = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            raw.live(out, seq -> System.nanoTime() < silent);
        })) {
            Run run = Run.of(
                    new Interruption(), "--http", server.url(), "--subscribers=1", "--warmup=1", "--duration=0.1");
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
            assertThat(run.out()).contains("no event arrived in the measured time");
        }
    }

    @ParameterizedTest
    @CsvSource({"--flat-out=3, 1 event lost", "--warmup=0.3, 2 streams without a limit were ended by the server"})
    void aStreamThatEndsEarlyFailsTheRun(String option, String reason) throws IOException {
        String two = RawServer.block(0) + RawServer.block(1);
        String end = "event: stream-end\ndata: {\"control\":\"end\"}\n\n";
        try (RawServer server = new RawServer(
                (number, out, raw) -> RawServer.plain(out, two + (number == 0 ? RawServer.block(2) : "") + end))) {
            Run run = Run.of(new Interruption(), "--http", server.url(), "--subscribers=2", option, "--duration=0.5");
            assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
            assertThat(run.out()).contains(reason);
        }
    }

    @Test
    void aRunWithoutEventsProvesNothing() throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run = bench.load("--subscribers=1", "--warmup=0", "--duration=0.1");
            assertThat(run.code()).isEqualTo(3);
            assertThat(run.out()).contains("no event arrived");
        }
    }

    @Test
    void memoryIsASlopeOverSeveralCounts() throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Bench bench = new Bench("grpc", topic)) {
            Run run = bench.load("--memory=0,20", "--server-pid", SELF, "--threshold=rss-per-connection<1GiB");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            JsonNode memory = run.json().path("runs").path(0).path("memory");
            assertThat(memory).hasSize(2);
            for (String kind : List.of("heap", "rss")) {
                double grown = memory.path(1).path(kind + "Bytes").asDouble()
                        - memory.path(0).path(kind + "Bytes").asDouble();
                assertThat(run.figure(kind + "PerConnectionBytes")).isCloseTo(grown / 20, within(0.1));
            }
            assertThat(run.out()).contains("connections", "heap after GC");
        }
    }

    @Test
    void theSlopeIsThatOfLeastSquares() {
        assertThat(Memory.slope(
                        List.of(
                                new Result.Step(0, 1_000, -1),
                                new Result.Step(10, 1_500, -1),
                                new Result.Step(30, 3_100, -1)),
                        Result.Step::rssBytes))
                .isCloseTo(71.43, within(0.01));
    }

    @Test
    void aRigThatReadsWithAllItHasSaysSo() {
        assertThat(Load.limit(0.95, 1))
                .hasValueSatisfying(note -> assertThat(note).contains("--threads=1"));
        assertThat(Load.limit(0.95, 2)).isEmpty();
    }

    @Test
    void whatIsPublishedArrives() throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Bench bench = new Bench("grpc", topic);
                Inbox inbox = new Inbox(topic)) {
            Run run = bench.load(
                    "--subscribers=2",
                    "--warmup=0",
                    "--duration=0.5",
                    "--publish=200",
                    "--size=300",
                    "--http",
                    inbox.url());
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.figure("wireBytes")).isGreaterThan(300);
            assertThat(run.figure("delivered")).isPositive();
        }
    }

    @Test
    void aTopicThatTakesNoEventsIsARefusal() throws IOException {
        try (Topic topic = new Topic("bench", Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run = bench.load("--subscribers=2", "--warmup=30", "--duration=1", "--publish=200");
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("refuses topic bench: publishing to bench");
        }
    }

    @Test
    void aRunThatIsInterruptedWhileItWarmsUpHasMeasuredNothing() throws IOException {
        try (Generator topic = new Generator("bench", new Pace(500, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run =
                    Run.of(soonInterrupted(), "--http", bench.url(), "--subscribers=5", "--warmup=30", "--duration=30");
            JsonNode only = run.json().path("runs").path(0);
            assertThat(only.path("partial").asBoolean()).isTrue();
            assertThat(only.path("passed").asBoolean()).isFalse();
            assertThat(only.path("failures")).isEmpty();
            assertThat(only.path("figures").has("delivered")).isFalse();
            assertThat(run.out()).contains("interrupted before anything was measured", "PARTIAL: nothing was wrong");
        }
    }

    private static Interruption soonInterrupted() {
        Interruption interruption = new Interruption();
        Thread.ofVirtual().start(() -> {
            interruption.asked(TimeUnit.SECONDS.toMillis(1));
            interruption.interrupt();
        });
        return interruption;
    }

    @Test
    void anInterruptedRunTellsWhatItHas() throws IOException {
        try (Generator topic = new Generator("bench", new Pace(500, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run = Run.of(
                    soonInterrupted(),
                    "--http",
                    bench.url(),
                    "--subscribers=5",
                    "--warmup=0",
                    "--duration=30",
                    "--transport=sse,sse");
            assertThat(run.json().path("partial").asBoolean()).isTrue();
            assertThat(run.json().path("runs")).hasSize(1);
            assertThat(run.figure("delivered")).isPositive();
            assertThat(run.json().path("runs").path(0).path("seconds").asDouble())
                    .isLessThan(20);
            assertThat(run.out()).contains("PARTIAL").doesNotContain("PASSED");
        }
    }

    @Test
    void aTransportThatIsRefusedLeavesTheFilePartial() throws IOException {
        try (Generator topic = new Generator("bench", new Pace(0, 128, 100), Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run = Run.of(
                    new Interruption(),
                    "--http",
                    bench.url(),
                    "--transport=sse,ndjson",
                    "--subscribers=1",
                    "--flat-out=100");
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.json().path("runs")).hasSize(1);
            assertThat(run.json().path("partial").asBoolean()).isTrue();
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsToldBeforeTheRun(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (RawServer server = new RawServer((number, out, raw) -> {
            throw new AssertionError("nobody was to subscribe");
        })) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = Rig.run(
                    new Interruption(),
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    "--http=" + server.url(),
                    "--json=" + file.resolve("result.json"));
            assertThat(err.toString().lines()).singleElement().asString().contains("--json=", "can't be written");
            assertThat(code).isEqualTo(73);
            assertThat(out.toString()).isEmpty();
        }
    }

    @Test
    void aThresholdThatIsNotKeptHasACodeOfItsOwn() throws IOException {
        try (Generator topic = new Generator("bench", new Pace(0, 128, 100), Retention.DEFAULT);
                Bench bench = new Bench("sse", topic)) {
            Run run = bench.load("--subscribers=1", "--flat-out=100", "--threshold=rate<1", "--threshold=lost==0");
            assertThat(run.code()).isEqualTo(4);
            assertThat(run.out()).contains("NOT  rate<1", "ok   lost==0");
        }
    }
}
