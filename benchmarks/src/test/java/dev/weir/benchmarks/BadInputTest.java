package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.weir.benchmarks.Bench.Run;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can't be measured is one message, and a code for its kind. */
class BadInputTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--subscribers=0; 2; --subscribers=0: allowed is 1 or more",
                "--connections=0; 2; --connections=0: allowed is 1 or more",
                "--flat-out=0; 2; --flat-out=0: allowed is 1 or more events",
                "--stalled=1.5; 2; --stalled=1.5: allowed is 0 to 1",
                "--http=https://example.org; 2; --http=https://example.org: allowed is one without TLS",
                "--http=http://127.0.0.1:1/weir; 2; --http=http://127.0.0.1:1/weir: allowed is one without TLS and without a path",
                "--transport=foo; 2; Invalid value for option '--transport'",
                "--memory=0,10; 2; --memory: needs --server-pid",
                "--memory=5,1 --server-pid=1; 2; --memory=1: allowed is growing counts",
                "--flat-out=5 --stalled=0.5; 2; --flat-out: can't be combined with --stalled",
                "--flat-out=5 --reconnect-storm; 2; --flat-out: can't be combined with --reconnect-storm",
                "--flat-out=5 --publish=1; 2; --flat-out: can't be combined with --publish",
                "--memory=1,2 --server-pid=1 --flat-out=5; 2; --memory: can't be combined with --flat-out",
                "--memory=1,2 --server-pid=1 --duration=5; 2; --memory: can't be combined with --duration",
                "--server-pid=2147483647; 66; --server-pid 2147483647: no process",
                "--subscribers=100000000; 71; 100000000 connections: this process may have",
                "--threshold=fast; 65; --threshold 'fast': allowed is such as p99<20ms",
                "--threshold=speed>3; 65; --threshold 'speed>3': allowed is what can be measured: delivered",
                "--threshold=cpu<9us; 65; --threshold 'cpu<9us': allowed is what this run measures: delivered",
                "--threshold=p99<20; 65; --threshold 'p99<20': allowed is a time in ns",
                "--threshold=lost==0ms; 65; --threshold 'lost==0ms': allowed is a number without a unit",
                "--threshold=p99<1ms --flat-out=9; 65; --threshold 'p99<1ms': allowed is what this run measures",
                "--threshold=stalled-cuts==0 --transport=sse,grpc; 65; --threshold 'stalled-cuts==0': allowed is what this run",
                "--threshold=lost<0; 65; --threshold 'lost<0': allowed is what a figure can keep, which is 0 or more and whole",
                "--threshold=lost==0.5; 65; --threshold 'lost==0.5': allowed is what a figure can keep",
                "--threshold=p99<0ms; 65; --threshold 'p99<0ms': allowed is what a figure can keep, which is 0 or more",
                "--threshold=p99<5ms --threshold=p99>10ms; 65; --threshold 'p99<5ms' and 'p99>10ms': allowed is what a",
                "--threshold=lost<=0 --threshold=lost!=0; 65; --threshold 'lost<=0' and 'lost!=0': allowed is what a figure"
            })
    void whatIsWrongIsNamed(String options, int code, String message) {
        Run run = run(options.split(" ", -1));
        assertThat(run.err().lines()).singleElement().asString().startsWith("weir: " + message);
        assertThat(run.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rss-per-connection<0",
                "wire>1.1 wire<1.2",
                "lost>0 lost<2",
                "rate>0.1 rate<0.2",
                "p99!=0us p99<1ns",
                "lost==0 p99<5ms max>10ms"
            })
    void whatCanBeKeptIsTaken(String thresholds) {
        Set<Metric> measured = EnumSet.allOf(Metric.class);
        List<Threshold> wanted = Stream.of(thresholds.split(" ", -1))
                .map(text -> Threshold.parse(text, measured))
                .toList();
        assertThatCode(() -> Threshold.requirePossible(wanted)).doesNotThrowAnyException();
    }

    private static Run run(String... options) {
        return Bench.Run.of(new Interruption(), options);
    }

    @Test
    void aProcessThatIsNoServerIsNotMeasured() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            Run run = run("--server-pid=" + other.pid());
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("weir: --server-pid " + other.pid() + ": this process listens nowhere");
            assertThat(run.code()).isEqualTo(66);
        } finally {
            other.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"sse, --http", "grpc, --grpc"})
    void aServerThatIsNotThereIsUnreachable(String transport, String option) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Run run =
                run("--transport", transport, option, (transport.equals("sse") ? "http://" : "") + "127.0.0.1:" + port);
        assertThat(run.code()).isEqualTo(69);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("weir: no server answers at 127.0.0.1:" + port)
                .contains(option);
    }

    @Test
    void aTopicThatIsNotThereIsTheServersRefusal() throws IOException {
        for (String transport : List.of("sse", "ndjson", "grpc")) {
            try (Topic topic = new Topic("bench", Retention.DEFAULT);
                    Bench bench = new Bench(transport, topic)) {
                Run run = bench.load("--topic=benhc", "--subscribers=3");
                assertThat(run.code()).isEqualTo(2);
                assertThat(run.err().lines())
                        .singleElement()
                        .asString()
                        .contains("refuses topic benhc: ")
                        .contains("no topic benhc");
            }
        }
    }
}
