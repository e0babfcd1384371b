package dev.weir.server.proxies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.server.run.Running;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule W6: over TLS, over HTTP/1.1 and HTTP/2, behind nginx and HAProxy, a client sees what it sees without. */
@Timeout(90)
class ProxiesTest {

    private static final Duration PROMPT = Duration.ofMillis(500);
    private static final List<String> TOLD = List.of(
            "content-type", "cache-control", "x-content-type-options", "stream-position", "retry-after", "allow");

    @TempDir
    static Path directory;

    private static Running server;
    private static Certificate certificate;
    private static Map<String, Proxy> proxies;

    /** A way to the server. */
    private record Way(String proxy, HttpClient.Version version) {
        HttpClient client() {
            return HttpClient.newBuilder()
                    .version(version)
                    .sslContext(certificate.trusting())
                    .build();
        }

        String url(String path) {
            return "https://" + proxies.get(proxy).address() + path;
        }
    }

    static Stream<Way> ways() {
        return Stream.of(
                new Way("nginx", HttpClient.Version.HTTP_1_1),
                new Way("nginx", HttpClient.Version.HTTP_2),
                new Way("haproxy", HttpClient.Version.HTTP_1_1));
    }

    @BeforeAll
    static void start() throws Exception {
        server = Running.with("history", "live", "cut", "full");
        for (int n = 0; n < 2_000; n++) {
            server.cluster.publish("history", List.of(Event.of("number", n + " ä".repeat(n % 50))));
        }
        server.cluster.put(
                "cut",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("number", "1"));
                    out.emit(Event.of("number", "2"));
                    throw new Refusal(Code.INTERNAL, "the rest is lost");
                }));
        server.cluster.put("full", asked -> {
            throw new Refusal(Code.OVERLOADED, "full");
        });
        certificate = Certificate.make(directory);
        proxies = Map.of(
                "nginx", Proxy.nginx(Files.createDirectory(directory.resolve("nginx")), certificate, server.ready),
                "haproxy", Proxy.haproxy(directory, certificate, server.ready));
    }

    @AfterAll
    static void stop() {
        proxies.values().forEach(Proxy::close);
        server.close();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void w6_everyAnswerIsTheSame(Way way) throws Exception {
        try (HttpClient direct = HttpClient.newHttpClient();
                HttpClient client = way.client()) {
            for (String path : List.of(
                    "/events/history?from=earliest&until=latest",
                    "/streams/history?from=earliest&until=latest",
                    "/streams/history?from=earliest&until=latest&envelope=none",
                    "/events/history?limit=0",
                    "/streams/histori",
                    "/events/full",
                    "/topics/live/events",
                    "/nowhere",
                    "/health/ready")) {
                HttpResponse<String> expected = send(direct, server.ready.http() + path);
                HttpResponse<String> seen = send(client, way.url(path));

                assertThat(seen.version()).isEqualTo(way.version());
                assertThat(seen.statusCode()).as(path).isEqualTo(expected.statusCode());
                assertThat(told(seen)).as(path).isEqualTo(told(expected));
                assertThat(seen.body()).as(path).isEqualTo(expected.body());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void w6_whatIsCompressedIsTheSame(Way way) throws Exception {
        try (HttpClient direct = HttpClient.newHttpClient();
                HttpClient client = way.client()) {
            for (String path : List.of("/events/history", "/streams/history", "/streams/history?format=text")) {
                String bounded = path + (path.contains("?") ? "&" : "?") + "from=earliest&until=latest";
                String expected = send(direct, server.ready.http() + bounded).body();
                URI compressed = URI.create(way.url(bounded + "&compress=gzip"));
                for (HttpRequest.Builder request : List.of(
                        HttpRequest.newBuilder(compressed),
                        HttpRequest.newBuilder(compressed).POST(BodyPublishers.noBody()))) {
                    HttpResponse<InputStream> seen =
                            client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofInputStream());

                    assertThat(seen.headers().firstValue("content-encoding"))
                            .as(path)
                            .hasValue("gzip");
                    try (InputStream whole = new GZIPInputStream(seen.body())) {
                        assertThat(whole.readAllBytes())
                                .as(path)
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void w6_eachEventArrivesAtOnce(Way way) throws Exception {
        try (HttpClient client = way.client()) {
            for (String path : List.of("/events/live", "/streams/live")) {
                List<Duration> firsts = new ArrayList<>();
                List<Duration> others = new ArrayList<>();
                for (int round = 0; round < 5; round++) {
                    server.cluster.publish("live", List.of(Event.of("number", "first" + round)));
                    String word = "first" + round;
                    long asked = System.nanoTime();
                    try (Tap tap = new Tap(client, way.url(path + "?from=last:1"))) {
                        tap.await(line -> line.contains(word));
                        firsts.add(Duration.ofNanos(System.nanoTime() - asked));
                        for (int n = 0; n < 5; n++) {
                            String next = "then" + round + "-" + n;
                            long published = System.nanoTime();
                            server.cluster.publish("live", List.of(Event.of("number", next)));
                            tap.await(line -> line.contains(next));
                            others.add(Duration.ofNanos(System.nanoTime() - published));
                        }
                    }
                }
                assertThat(median(firsts)).as("first events of %s", path).isLessThan(PROMPT);
                assertThat(median(others)).as("events of %s", path).isLessThan(PROMPT);
            }
        }
    }

    /** What was sent last may be lost in a proxy together with its connection. */
    @ParameterizedTest
    @MethodSource("ways")
    void w6_whatIsCutLooksCut(Way way) throws Exception {
        try (HttpClient client = way.client();
                Tap bare = new Tap(client, way.url("/streams/cut?envelope=none"));
                Tap told = new Tap(client, way.url("/streams/cut"));
                Tap sse = new Tap(client, way.url("/events/cut"))) {
            bare.await(Tap.CUT::equals);
            told.await(line -> line.contains("\"control\":\"stop\""));
            told.await(Tap.COMPLETE::equals);
            sse.await("event: stream-stop"::equals);
            sse.await(Tap.COMPLETE::equals);
        }
    }

    /** The proxies' patience is 3 s here; five heartbeats take 5. */
    @Test
    void w6_heartbeatsKeepAQuietStreamAlive() throws Exception {
        List<HttpClient> clients = ways().map(Way::client).toList();
        List<Tap> sse = new ArrayList<>();
        List<Tap> lines = new ArrayList<>();
        for (Way way : ways().toList()) {
            HttpClient client = clients.get(sse.size());
            sse.add(new Tap(client, way.url("/events/live?heartbeat=1")));
            lines.add(new Tap(client, way.url("/streams/live?heartbeat=1")));
        }
        for (int n = 0; n < 5; n++) {
            sse.forEach(tap -> tap.await(line -> line.startsWith(":")));
            lines.forEach(tap -> tap.await(line -> line.contains("\"control\":\"heartbeat\"")));
        }
        server.cluster.publish("live", List.of(Event.of("number", "still there")));
        sse.forEach(tap -> tap.await("data: still there"::equals));
        lines.forEach(tap -> tap.await(line -> line.contains("still there")));
        for (Tap tap : Stream.concat(sse.stream(), lines.stream()).toList()) {
            tap.close();
        }
        clients.forEach(HttpClient::close);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void w6_whatIsPublishedArrivesUnchanged(Way way) throws Exception {
        try (HttpClient client = way.client();
                Tap tap = new Tap(client, way.url("/streams/live"))) {
            HttpRequest.Builder post = HttpRequest.newBuilder(URI.create(way.url("/topics/live/events")));
            String text = "ü \"quoted\" " + way;

            assertThat(client.send(post.POST(BodyPublishers.ofString(text)).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(201);
            tap.await(line -> line.contains("ü \\\"quoted\\\""));
            assertThat(client.send(
                                    post.POST(BodyPublishers.ofString("x".repeat((1 << 20) + 1)))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body())
                    .contains("\"code\":\"too-large\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void w6_grpcIsTheSame(String proxy) throws IOException {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        proxies.get(proxy).grpc(),
                        TlsChannelCredentials.newBuilder()
                                .trustManager(certificate.certificate().toFile())
                                .build())
                .build();
        try {
            EventStreamsGrpc.EventStreamsBlockingStub stub = EventStreamsGrpc.newBlockingStub(channel);
            Iterator<SubscribeResponse> history = stub.subscribe(SubscribeRequest.newBuilder()
                    .addTopics("history")
                    .setFrom("earliest")
                    .setUntil("latest")
                    .build());
            List<SubscribeResponse> all = new ArrayList<>();
            history.forEachRemaining(all::add);
            assertThat(all).hasSize(2_002);
            assertThat(all.get(2_001).getEnd().getEvents()).isEqualTo(2_000);

            Iterator<SubscribeResponse> live = stub.subscribe(SubscribeRequest.newBuilder()
                    .addTopics("live")
                    .setHeartbeat(1)
                    .build());
            assertThat(live.next().hasOpen()).isTrue();
            for (int n = 0; n < 5; n++) {
                assertThat(live.next().hasHeartbeat()).isTrue();
            }
            StatusRuntimeException refused = refused(() -> stub.subscribe(
                            SubscribeRequest.newBuilder().addTopics("full").build())
                    .hasNext());
            assertThat(refused.getStatus().getDescription()).isEqualTo("full");
            assertThat(refused.getTrailers().toString()).contains("weir-code=overloaded");
        } finally {
            channel.shutdownNow();
        }
    }

    private static StatusRuntimeException refused(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            return refused;
        }
        throw new AssertionError("the call was accepted");
    }

    private static HttpResponse<String> send(HttpClient client, String url) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofString());
    }

    private static List<String> told(HttpResponse<?> response) {
        return TOLD.stream()
                .map(name -> name + ": " + response.headers().allValues(name))
                .toList();
    }

    private static Duration median(List<Duration> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }
}
