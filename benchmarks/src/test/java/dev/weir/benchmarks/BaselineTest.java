package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured beside Weir delivers what it should: all events, in order, with their checksum. */
@Timeout(60)
class BaselineTest {

    private static final Pattern DATA = Pattern.compile("\\{\"ts\":(\\d+),\"seq\":(\\d+),.*");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nioSendsABurstAndWhatFollows(boolean joined) throws Exception {
        burst(new NioServer(0, new Pace(0, 128, 5_000), joined), 5_000, 128);
        live(new NioServer(0, new Pace(500, 1_024, 0), joined), 1_024);
    }

    @Test
    void aReaderOfNioThatPausesLosesNothing() throws Exception {
        try (NioServer server = new NioServer(0, new Pace(0, 16_384, 2_000), false);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write("GET /events/bench?limit=2000 HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(get(server, 10)).hasSize(10);
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                assertWhole(data(in.lines().toList()), 2_000, 16_384);
            }
        }
    }

    private static void burst(Baseline.Served baseline, int events, int size) throws Exception {
        try (baseline;
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> all = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                all.add(readers.submit(() -> get(baseline, events)));
            }
            for (Future<List<String>> one : all) {
                assertWhole(one.get(), events, size);
            }
        }
    }

    private static void live(Baseline.Served baseline, int size) throws Exception {
        try (baseline) {
            assertWhole(get(baseline, 100), 100, size);
        }
    }

    private static List<String> get(Baseline.Served baseline, int limit) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + baseline.port() + "/events/bench?from=earliest&limit=" + limit);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .version(HttpClient.Version.HTTP_1_1)
                    .timeout(Duration.ofSeconds(30))
                    .build();
            var answer = client.send(request, BodyHandlers.ofLines());
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
            return data(answer.body().toList());
        }
    }

    private static List<String> data(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring(5).strip())
                .toList();
    }

    /** The checksum is right where the data is what the generator makes of its time and number. */
    private static void assertWhole(List<String> events, int count, int size) {
        assertThat(events).hasSize(count);
        long next = -1;
        for (String event : events) {
            Matcher parts = DATA.matcher(event);
            assertThat(parts.matches()).as(event).isTrue();
            long seq = Long.parseLong(parts.group(2));
            assertThat(event)
                    .isEqualTo(Generator.data(Long.parseLong(parts.group(1)), seq, size)
                            .toText());
            assertThat(next < 0 || seq == next).as("%s after %s", seq, next - 1).isTrue();
            next = seq + 1;
        }
    }
}
