package dev.weir.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cold;
import dev.weir.server.run.Running;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything but streams and publishing, on the assembled server. */
@Timeout(60)
class RoutesTest {

    @Test
    void topicsAreListedWithTheirPaths() {
        try (Running server = Running.with("b", "a")) {
            HttpResponse<String> answer = server.get("/topics");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .startsWith("{\"topics\":[{\"name\":\"a\",\"partitions\":1,\"events\":\"/events/a\","
                            + "\"stream\":\"/streams/a\",\"publish\":\"/topics/a/events\"},{\"name\":\"b\"")
                    .contains("\"grpc\":\"" + server.ready.grpc() + "\"");
        }
    }

    @Test
    void streamsThatAreNoTopicsAreListedBesideThem() {
        try (Running server = Running.offering(Map.of("export", asked -> Cold.run(out -> {})), "a")) {
            assertThat(server.get("/topics").body())
                    .contains("],\"streams\":[{\"name\":\"export\",\"events\":\"/events/export\","
                            + "\"stream\":\"/streams/export\"}],\"grpc\":");
        }
    }

    @Test
    void whatHasNoRouteIsAProblem() {
        try (Running server = Running.with("a")) {
            HttpResponse<String> nowhere = server.get("/nowhere/at/all");
            HttpResponse<String> method = server.send(server.request("/topics").DELETE());
            HttpResponse<String> publish = server.get("/topics/a/events");

            assertThat(nowhere.statusCode()).isEqualTo(404);
            assertThat(nowhere.headers().firstValue("content-type")).hasValue("application/problem+json");
            assertThat(nowhere.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(method.statusCode()).isEqualTo(405);
            assertThat(method.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
            assertThat(publish.statusCode()).isEqualTo(405);
            assertThat(publish.headers().firstValue("allow")).hasValue("POST, OPTIONS");
        }
    }

    @Test
    void headAndOptionsAnswer() {
        try (Running server = Running.with("a")) {
            HttpResponse<String> head = server.send(server.request("/topics").method("HEAD", BodyPublishers.noBody()));
            HttpResponse<String> options =
                    server.send(server.request("/topics/a/events").method("OPTIONS", BodyPublishers.noBody()));

            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValueAsLong("content-length"))
                    .hasValue(server.get("/topics").body().length());
            assertThat(options.statusCode()).isEqualTo(204);
            assertThat(options.headers().firstValue("allow")).hasValue("POST, OPTIONS");
        }
    }

    @Test
    void healthTellsWhy() {
        try (Running server = Running.listening(OptionalInt.empty(), "a")) {
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(server.get("/health/started").body()).contains("starting");
            assertThat(server.get("/events/a").statusCode()).isEqualTo(503);

            server.node.serve(server.cluster);
            assertThat(server.get("/health/ready").body()).isEqualTo("{\"status\":\"up\"}");

            server.cluster.away();
            HttpResponse<String> away = server.get("/health/ready");
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(away.body()).contains("the Kafka cluster does not answer");
            assertThat(server.get("/health/started").statusCode()).isEqualTo(200);
            assertThat(server.get("/topics").headers().firstValue("retry-after"))
                    .isPresent();
        }
    }

    @Test
    void metricsTellOfStreamsAndTheCluster() throws Exception {
        try (Running server = Running.with("a");
                HttpClient client = HttpClient.newHttpClient();
                InputStream stream = client.send(server.request("/streams/a").build(), BodyHandlers.ofInputStream())
                        .body()) {
            HttpResponse<String> answer = server.get("/metrics");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain;version=0.0.4;charset=utf-8");
            assertThat(answer.body())
                    .contains("\nweir_streams_open 1.0\n", "\nweir_cluster_available 1.0\n")
                    .contains("\nweir_access_log_dropped_total 0.0\n", "\nweir_sse_types_left_out_total ")
                    .contains(
                            "\nweir_topic_lag_records{topic=\"a\"} 3.0\n",
                            "\nweir_topic_open_transaction_records{topic=\"a\"} 4.0\n",
                            "\nweir_kafka_unreadable_total 5.0\n",
                            "\nweir_kafka_history_portions_total 6.0\n")
                    .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ");

            server.cluster.away();
            assertThat(server.get("/metrics").body()).contains("\nweir_cluster_available 0.0\n");
        }
    }

    @Test
    void thePublicListenerHasNeitherConsoleNorHealthNorMetrics() {
        try (Running server = Running.withAdmin("a")) {
            String admin = server.ready.admin().orElseThrow();

            for (String path : new String[] {"/", "/console/console.js", "/health/ready", "/metrics"}) {
                assertThat(server.get(path).statusCode()).as(path).isEqualTo(404);
                assertThat(server.get(admin + path).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(server.get("/streams/a?until=latest").statusCode()).isEqualTo(200);
            assertThat(server.get(admin + "/streams/a?until=latest").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void theConsoleMayLoadNothingFromElsewhere() {
        try (Running server = Running.with("a")) {
            HttpResponse<String> page = server.get("/");

            assertThat(page.headers().firstValue("content-security-policy"))
                    .get()
                    .asString()
                    .startsWith("default-src 'self';");
            assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(page.body()).doesNotContain("http://", "https://");
            assertThat(server.get("/console/console.js").headers().firstValue("content-type"))
                    .hasValue("text/javascript;charset=utf-8");
            assertThat(server.get("/console/..%2Findex.html").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aForeignNameForThisHostIsRefused() throws IOException {
        try (Running server = Running.with("a")) {
            assertThat(raw(server, "GET /topics HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                    .startsWith("HTTP/1.1 421 ");
            assertThat(raw(server, "GET /topics HTTP/1.1\r\nHost: localhost:1\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(raw(server, "GET /topics HTTP/1.1\r\nHost: [::1]\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    private static String raw(Running server, String request) throws IOException {
        URI http = URI.create(server.ready.http());
        try (Socket socket = new Socket(http.getHost(), http.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] start = in.readNBytes(16);
            return new String(start, StandardCharsets.US_ASCII);
        }
    }
}
