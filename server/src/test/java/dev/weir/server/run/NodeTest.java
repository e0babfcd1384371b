package dev.weir.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.server.config.Config;
import dev.weir.server.topics.Catalogue;
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
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The assembly: gRPC under the same rules as HTTP, and the end. */
@Timeout(60)
class NodeTest {

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
