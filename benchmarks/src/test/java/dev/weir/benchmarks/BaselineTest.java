package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.hub.Feed;
import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.KafkaSettings;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured beside Weir delivers what it should: all events, in order, with their checksum. */
@Timeout(60)
class BaselineTest {

    private static final Pace BURST = new Pace(0, 128, 3_000);
    private static final Pace STEADY = new Pace(500, 1_024, 0);
    private static final Pace LARGE = new Pace(0, 16_384, 1_000);
    private static final Pattern DATA = Pattern.compile("\\{\"ts\":(\\d+),\"seq\":(\\d+),.*");

    @ParameterizedTest
    @ValueSource(ints = {1, 10, Integer.MAX_VALUE})
    void nioSendsABurstAndWhatFollows(int mostInWrite) throws Exception {
        burst(new NioServer(0, BURST, mostInWrite));
        live(new NioServer(0, STEADY, mostInWrite));
        unlimited(new NioServer(0, STEADY, mostInWrite));
    }

    @Test
    void sseSinkSendsABurstAndWhatFollows() throws Exception {
        burst(new SinkServer(0, BURST));
        live(new SinkServer(0, STEADY));
        unlimited(new SinkServer(0, STEADY));
    }

    @Test
    void observersSendABurstAndWhatFollows() throws Exception {
        overGrpc(ObserverServer.netty(0, BURST), BURST.burst());
        overGrpc(ObserverServer.netty(0, STEADY), 100);
    }

    @Test
    void observersOnHelidonSendABurstAndWhatFollows() throws Exception {
        overGrpc(ObserverServer.helidon(0, BURST), BURST.burst());
        overGrpc(ObserverServer.helidon(0, STEADY), 100);
    }

    @Test
    void aConsumerForEachClientSendsWhatTheTopicHas(@TempDir Path directory) throws Exception {
        try (ChildKafka kafka = ChildKafka.launch(EmbeddedKafka.Settings.in(directory));
                KafkaCluster cluster = new KafkaCluster(KafkaSettings.of(kafka.bootstrap()))) {
            assertThat(cluster.awaitAvailable(Duration.ofSeconds(30))).isTrue();
            kafka.createTopic("bench", 1, Map.of());
            new Feed("bench", BURST, events -> cluster.publish("bench", events)).close();
            burst(new ConsumerServer(0, kafka.bootstrap(), "bench"));
            try (Feed feed = new Feed("bench", STEADY, events -> cluster.publish("bench", events))) {
                unlimited(new ConsumerServer(0, kafka.bootstrap(), "bench"));
            }
        }
    }

    @Test
    void aReaderOfNioThatPausesLosesNothing() throws Exception {
        try (NioServer server = new NioServer(0, LARGE, 1);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write("GET /events/bench?limit=1000 HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(get(server, 10)).hasSize(10);
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
                assertWhole(data(in.lines().toList()), LARGE);
            }
        }
    }

    private static void burst(Baseline.Served baseline) throws Exception {
        try (baseline;
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> all = new ArrayList<>();
            for (int n = 0; n < 3; n++) {
                all.add(readers.submit(() -> get(baseline, BURST.burst())));
            }
            for (Future<List<String>> one : all) {
                assertWhole(one.get(), BURST);
            }
        }
    }

    private static void live(Baseline.Served baseline) throws Exception {
        try (baseline) {
            List<String> events = get(baseline, 100);
            assertThat(events).hasSize(100);
            assertWhole(events, STEADY);
        }
    }

    /** From now on and without an end, as live streams are measured. */
    private static void unlimited(Baseline.Served baseline) throws Exception {
        try (baseline;
                HttpClient client = HttpClient.newHttpClient();
                InputStream stream = client.send(request(baseline, ""), BodyHandlers.ofInputStream())
                        .body()) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII));
            List<String> events = new ArrayList<>();
            while (events.size() < 50) {
                String line = lines.readLine();
                assertThat(line).as("after %d events", events.size()).isNotNull();
                events.addAll(data(List.of(line)));
            }
            assertWhole(events, STEADY);
        }
    }

    private static void overGrpc(Baseline.Served baseline, int limit) throws Exception {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "127.0.0.1", baseline.port(), InsecureChannelCredentials.create())
                .build();
        try (baseline) {
            List<String> events = new ArrayList<>();
            EventStreamsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .subscribe(SubscribeRequest.newBuilder()
                            .addTopics("bench")
                            .setFrom("earliest")
                            .setLimit(limit)
                            .build())
                    .forEachRemaining(signal -> {
                        if (signal.hasEvent()) {
                            events.add(signal.getEvent().getData().toStringUtf8());
                        }
                    });
            assertThat(events).hasSize(limit);
            assertWhole(events, limit == 100 ? STEADY : BURST);
        } finally {
            channel.shutdownNow();
        }
    }

    private static List<String> get(Baseline.Served baseline, int limit) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(request(baseline, "?from=earliest&limit=" + limit), BodyHandlers.ofLines());
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
            return data(answer.body().toList());
        }
    }

    private static HttpRequest request(Baseline.Served baseline, String query) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + baseline.port() + "/events/bench" + query))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private static List<String> data(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring(5).strip())
                .toList();
    }

    /** The checksum is right where the data is what the generator makes of its time and number. */
    private static void assertWhole(List<String> events, Pace pace) {
        assertThat(events).hasSizeGreaterThanOrEqualTo(pace.burst());
        long next = -1;
        for (String event : events) {
            Matcher parts = DATA.matcher(event);
            assertThat(parts.matches()).as(event).isTrue();
            long seq = Long.parseLong(parts.group(2));
            assertThat(event)
                    .isEqualTo(Generator.data(Long.parseLong(parts.group(1)), seq, pace.size())
                            .toText());
            assertThat(seq == next || next < 0 && (seq == 0 || pace.burst() == 0))
                    .as("%s after %s", seq, next - 1)
                    .isTrue();
            next = seq + 1;
        }
    }
}
