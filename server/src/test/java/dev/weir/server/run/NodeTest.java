package dev.weir.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.server.config.Config;
import dev.weir.server.config.ConfigFile;
import dev.weir.server.topics.Catalogue;
import dev.weir.server.topics.Cluster;
import dev.weir.server.topics.MemoryCluster;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.ListRequest;
import dev.weir.transport.grpc.v1.NewEvent;
import dev.weir.transport.grpc.v1.PublishRequest;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.TopicsGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The assembly: gRPC under the same rules as HTTP, and the end. */
@Timeout(60)
class NodeTest {

    private static final int LARGE = 32 << 20;

    @Test
    void grpcPublishesAndListsUnderTheSameLimits() {
        try (Running server = Running.with("access", "orders")) {
            ManagedChannel channel = channel(server);
            try {
                TopicsGrpc.TopicsBlockingStub topics = TopicsGrpc.newBlockingStub(channel);

                assertThat(topics.list(ListRequest.getDefaultInstance()).getTopicsList())
                        .extracting(topic -> topic.getName() + " " + topic.getPartitions())
                        .containsExactly("access 1", "orders 1");
                assertThat(topics.publish(request("orders", 10)).getPublished(0).getOffset())
                        .isZero();
                refused(Status.Code.NOT_FOUND, "did you mean orders?", () -> topics.publish(request("order", 1)));
                refused(
                        Status.Code.RESOURCE_EXHAUSTED,
                        "event 1 has",
                        () -> topics.publish(request("orders", (1 << 20) + 1)));
                refused(
                        Status.Code.RESOURCE_EXHAUSTED,
                        "the batch has more than 10000 events; send several",
                        () -> topics.publish(PublishRequest.newBuilder()
                                .setTopic("orders")
                                .addAllEvents(Collections.nCopies(10_001, NewEvent.getDefaultInstance()))
                                .build()));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void callsAreInTheAccessLog() throws Exception {
        try (Running server = Running.with("access", "orders")) {
            ManagedChannel channel = channel(server);
            try {
                TopicsGrpc.newBlockingStub(channel).list(ListRequest.getDefaultInstance());
                EventStreamsGrpc.newBlockingStub(channel)
                        .subscribe(SubscribeRequest.newBuilder()
                                .addTopics("orders")
                                .setUntil("latest")
                                .build())
                        .forEachRemaining(signal -> {});
            } finally {
                channel.shutdownNow();
            }

            List<JsonNode> entries = Arrays.stream(server.get("/streams/access?from=earliest&limit=3&envelope=none")
                            .body()
                            .strip()
                            .split("\n"))
                    .map(NodeTest::json)
                    .toList();

            assertThat(entries)
                    .allMatch(entry -> entry.path("protocol").asText().equals("grpc"));
            assertThat(entries)
                    .extracting(entry -> entry.path("event").asText() + " "
                            + entry.path("path").asText() + " "
                            + entry.path("status").asText())
                    .containsExactly(
                            "request weir.v1.Topics/List 0",
                            "opened weir.v1.EventStreams/Subscribe ",
                            "closed weir.v1.EventStreams/Subscribe 0");
        }
    }

    @Test
    void streamsGetTheirStopWhenItEnds() throws Exception {
        try (Running server = Running.with("orders");
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> stream =
                    client.send(server.request("/streams/orders").build(), BodyHandlers.ofInputStream());
            CompletableFuture<byte[]> all = CompletableFuture.supplyAsync(() -> readAll(stream.body()));

            server.node.close();

            JsonNode stop = json(new String(all.get(10, TimeUnit.SECONDS), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .findFirst()
                    .orElseThrow());
            assertThat(stop.path("control").asText()).isEqualTo("stop");
            assertThat(stop.path("code").asText()).isEqualTo("shutdown");
            assertThat(stop.path("retryAfterMs").asLong()).isBetween(1000L, 2000L);
        }
    }

    @Test
    void aDownloadThatIsUnderWayMayFinishAndNewOnesAreRefused(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("large"), new byte[LARGE]);
        Node node = Node.listen(
                Config.DEFAULT
                        .with(new Config.Listeners("127.0.0.1", 0, 0, "127.0.0.1", OptionalInt.empty()))
                        .withFiles("all", folder)
                        .withDrain(Duration.ofSeconds(30)),
                Map.of());
        HttpRequest large = HttpRequest.newBuilder(
                        URI.create(node.ready("none:0").http() + "/files/all/large"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient();
                InputStream download =
                        client.send(large, BodyHandlers.ofInputStream()).body()) {
            CompletableFuture<Void> closed = CompletableFuture.runAsync(node::close);
            HttpResponse<String> refused;
            do {
                refused = client.send(large, BodyHandlers.ofString());
            } while (refused.statusCode() == 200);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
            assertThat(refused.body()).contains("\"code\":\"shutdown\"");
            assertThat(closed).isNotDone();
            assertThat(download.readAllBytes()).hasSize(LARGE);
            closed.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void eventsThatFollowOneAnotherShareAWrite(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("weir.yaml"), """
                http-port: 0
                grpc-port: 0
                admin-port: 0
                linger-ms: 500
                generators: {fast: {rate: 200}}
                """);
        Config config = ConfigFile.read(file);
        try (MemoryCluster none = new MemoryCluster();
                Cluster cluster = Clusters.generate(config, none);
                Node node = Node.listen(config, Map.of())) {
            node.serve(cluster);
            URI base = URI.create(node.ready("none:0").http());
            try (Socket socket = new Socket(base.getHost(), base.getPort())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write("GET /streams/fast?envelope=none HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                int together = 0;
                for (String line = lines.readLine(); together < 60; line = lines.readLine()) {
                    assertThat(System.nanoTime())
                            .as("a write of 60 events came")
                            .isLessThan(end);
                    together = line.startsWith("{") ? together + 1 : 0;
                }
            }
        }
    }

    @Test
    void streamsThatAreNoTopicsAreReadBeforeThereIsACluster() throws Exception {
        Config config = Config.DEFAULT
                .with(new Config.Listeners("127.0.0.1", 0, 0, "127.0.0.1", OptionalInt.empty()))
                .withTopics(List.of("orders"));
        try (HttpClient client = HttpClient.newHttpClient();
                Node node = Node.listen(
                        config, Map.of("export", asked -> Cold.run(out -> out.emit(Event.of("row", "1")))))) {
            String base = node.ready("none:0").http();
            assertThat(client.send(
                                    HttpRequest.newBuilder(URI.create(base + "/streams/export"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body())
                    .contains("\"type\":\"row\"", "\"control\":\"end\"");
            assertThat(client.send(
                                    HttpRequest.newBuilder(URI.create(base + "/streams/orders"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    @Test
    void aDrainingCatalogueTakesNoEvents() {
        try (MemoryCluster cluster = new MemoryCluster();
                Catalogue catalogue = new Catalogue(Set.of("orders"), 100, Limits.NONE)) {
            catalogue.attach(cluster);
            catalogue.publish("orders", List.of(Event.of(null, "x")));
            catalogue.drain(Duration.ofSeconds(1), Duration.ZERO);

            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> catalogue.publish("orders", List.of(Event.of(null, "x"))))
                    .matches(no -> no.code() == Code.SHUTDOWN);
        }
    }

    @Test
    void anAddressOfAnotherHostNamesItsOption() {
        Config.Listeners bad = new Config.Listeners("127.0.0.1", 0, 0, "no.such.host.invalid", OptionalInt.of(0));

        assertThatExceptionOfType(CannotStart.class)
                .isThrownBy(() -> Ports.requireFree(bad))
                .withMessageEndingWith("choose another admin-bind");
    }

    private static ManagedChannel channel(Running server) {
        return Grpc.newChannelBuilder(server.ready.grpc(), InsecureChannelCredentials.create())
                .build();
    }

    private static PublishRequest request(String topic, int bytes) {
        return PublishRequest.newBuilder()
                .setTopic(topic)
                .addEvents(NewEvent.newBuilder().setData(ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    private static void refused(Status.Code code, String message, Runnable call) {
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(call::run)
                .satisfies(status -> assertThat(status.getStatus().getCode()).isEqualTo(code))
                .withMessageContaining(message);
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private static byte[] readAll(InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException cut) {
            throw new AssertionError(cut);
        }
    }
}
