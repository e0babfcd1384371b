package dev.weir.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.embedded.kafka.EmbeddedKafka;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir serve} against a cluster that is not its own. */
@Timeout(180)
class ServeTest {

    @TempDir
    private Path directory;

    @Test
    void onlyListedTopicsCanBeSeen() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Settings.in(directory.resolve("kafka")))) {
            kafka.createTopic("orders", 2, Map.of());
            kafka.createTopic("orders-internal", 1, Map.of());
            Path config = Files.writeString(directory.resolve("weir.yaml"), """
                    kafka: {bootstrap.servers: "%s"}
                    topics: [orders]
                    http-port: 0
                    grpc-port: 0
                    admin-port: 0
                    """.formatted(kafka.bootstrap()));
            Path readyFile = directory.resolve("r.json");
            try (Child serve =
                    Child.weir("serve", "--config", config.toString(), "--ready-file", readyFile.toString())) {
                JsonNode ready = serve.ready(readyFile);
                String http = ready.path("http").asText();
                String admin = ready.path("admin").asText();

                assertThat(ready.path("kafka").asText()).isEqualTo(kafka.bootstrap());
                assertThat(get(http + "/topics").body())
                        .contains("{\"name\":\"orders\",\"partitions\":2")
                        .doesNotContain("internal");
                assertThat(get(http + "/events/orders-internal").statusCode()).isEqualTo(404);
                assertThat(get(http + "/events/orders-intern").body()).doesNotContain("orders-internal");
                assertThat(post(http + "/topics/orders-internal/events").statusCode())
                        .isEqualTo(404);
                assertThat(post(http + "/topics/orders/events").statusCode()).isEqualTo(201);
                assertThat(get(admin + "/streams/orders?from=earliest&limit=1").body())
                        .contains("\"data\":\"x\"");
                assertThat(get(admin + "/health/ready").statusCode()).isEqualTo(200);
                assertThat(get(http + "/health/ready").statusCode()).isEqualTo(404);

                serve.signal("TERM");
                assertThat(serve.exit()).as(serve::err).isZero();
            }
        }
    }

    @Test
    void withGeneratorsAloneItNeedsNoCluster() throws Exception {
        Path config = Files.writeString(
                directory.resolve("weir.yaml"), "generators: {steady: {rate: 200, size: 100, burst: 50}}\n");
        Path readyFile = directory.resolve("r.json");
        try (Child serve = serve(readyFile, "--config", config.toString(), "--bench-topic", "0x64+20")) {
            JsonNode ready = serve.ready(readyFile);
            String http = ready.path("http").asText();

            assertThat(ready.has("kafka")).isFalse();
            assertThat(get(http + "/topics").body())
                    .contains("\"name\":\"bench\"", "\"name\":\"steady\"")
                    .doesNotContain("publish");
            for (String via : List.of("sse", "ndjson", "grpc")) {
                assertSequence(tail(ready, "steady", via, 80), 80, 100);
                assertSequence(tail(ready, "bench", via, 20), 20, 64);
            }
            assertThat(post(http + "/topics/bench/events").statusCode()).isEqualTo(403);
            assertThat(get(ready.path("admin").asText() + "/health/ready").statusCode())
                    .isEqualTo(200);

            serve.signal("TERM");
            assertThat(serve.exit()).as(serve::err).isZero();
        }
    }

    @Test
    void aGeneratorFillsATopicOfTheCluster() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Settings.in(directory.resolve("kafka")))) {
            Path readyFile = directory.resolve("r.json");
            String[] options = {"--bench-kafka", "200x100+50", "--kafka", kafka.bootstrap()};
            try (Child serve = serve(readyFile, options)) {
                assertThat(serve.exit()).isEqualTo(69);
                assertThat(serve.err())
                        .contains("the cluster has no topic bench-kafka")
                        .contains("create it");
            }
            kafka.createTopic("bench-kafka", 1, Map.of());
            try (Child serve = serve(readyFile, options)) {
                assertSequence(tail(serve.ready(readyFile), "bench-kafka", "sse", 80), 80, 100);
            }
        }
    }

    private static Child serve(Path readyFile, String... options) {
        List<String> command = new ArrayList<>(List.of("serve", "--http-port", "0", "--grpc-port", "0"));
        command.addAll(List.of("--admin-port", "0", "--ready-file", readyFile.toString()));
        command.addAll(List.of(options));
        return Child.weir(command.toArray(String[]::new));
    }

    private static List<String> tail(JsonNode ready, String topic, String via, int limit) {
        String http = ready.path("http").asText();
        String grpc = ready.path("grpc").asText();
        String count = String.valueOf(limit);
        try (Child tail = Child.weir(
                "tail", topic, "--via", via, "--from", "earliest", "--limit", count, "--http", http, "--grpc", grpc)) {
            assertThat(tail.exit()).as(tail::err).isZero();
            return tail.out().lines().toList();
        }
    }

    private static void assertSequence(List<String> events, int count, int size) {
        assertThat(events)
                .allSatisfy(event -> assertThat(event).hasSize(size))
                .extracting(event -> event.replaceAll(".*\"seq\":(\\d+),.*", "$1"))
                .containsExactlyElementsOf(
                        IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private static HttpResponse<String> post(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString("x")));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    request.version(HttpClient.Version.HTTP_1_1)
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
