package dev.weir.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.run.Running;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Chapter P over HTTP, on the assembled server. */
class PublishTest {

    private static final String NDJSON = "application/x-ndjson";

    private static Running server;

    @BeforeAll
    static void start() {
        server = Running.with("playground", "orders", "many", "lines", "full", "whole", "bytes", "both");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theBodyIsOneEventsDataUnchanged() {
        HttpResponse<String> answer = server.post("/topics/whole/events?key=k&type=t", "{ \"a\":\n 1.50 }");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("{\"published\":[{\"partition\":0,\"offset\":0}]}");
        assertThat(read("whole", 1))
                .contains("\"type\":\"t\"")
                .contains("\"key\":\"k\"")
                .contains("\"data\":{ \"a\":  1.50 }");
    }

    @Test
    void eachLineIsAnEvent() {
        HttpResponse<String> answer =
                server.post("/topics/lines/events?type=n", "{\"n\":1}\r\n\n{\"n\":2}\nplain", "Content-Type", NDJSON);

        assertThat(answer.body())
                .isEqualTo("{\"published\":[{\"partition\":0,\"offset\":0},{\"partition\":0,\"offset\":1},"
                        + "{\"partition\":0,\"offset\":2}]}");
        assertThat(read("lines", 3)).contains("\"data\":{\"n\":1}}", "\"data\":{\"n\":2}}", "\"data\":\"plain\"}");
    }

    @Test
    void envelopesCarryKeyTypeEncodingAndTombstones() {
        String lines = """
                {"data":{"a": [1, 2.0]},"key":"k1","type":"t1","headers":[{"name":"h","value":"v"}]}
                {"data":"text"}
                {"data":"aGk=","encoding":"base64","key":"aw==","keyEncoding":"base64"}
                {"id":"x","time":"y","data":null,"key":"gone"}
                """;

        HttpResponse<String> answer = server.post("/topics/full/events?envelope=full", lines, "Content-Type", NDJSON);

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(read("full", 4))
                .contains(
                        "\"type\":\"t1\",\"key\":\"k1\"",
                        "\"data\":{\"a\": [1, 2.0]}",
                        "\"name\":\"h\",\"value\":\"v\"")
                .contains("\"data\":\"text\"", "\"key\":\"k\"", "\"data\":\"hi\"")
                .contains("\"type\":\"delete\",\"key\":\"gone\"", "\"data\":null");
    }

    @Test
    void aLineThatIsNotAllowedIsNamed() {
        refused(400, "line 2: no JSON object", "?envelope=full", "{\"data\":1}\n{\"data\":\n");
        refused(400, "line 3: dat: unknown", "?envelope=full", "{\"data\":1}\n\n{\"dat\":1}\n");
        refused(400, "line 1: data: missing", "?envelope=full", "{\"key\":\"a\"}\n");
        refused(400, "line 1: data: no base64", "?envelope=full", "{\"data\":\"?\",\"encoding\":\"base64\"}\n");
        refused(400, "line 1: more than one", "?envelope=full", "{\"data\":1} {}\n");
        assertThat(server.get("/streams/orders?from=earliest&until=latest").body())
                .doesNotContain("data");
    }

    @Test
    void parametersAreChecked() {
        refused(400, "kee: unknown parameter", "?kee=1", "x");
        refused(400, "envelope=some: allowed are full, none", "?envelope=some", "x");
        refused(400, "percent-encoding is no UTF-8 in %ff", "?key=%ff", "x");
        refused(400, "key: given 2 times", "?key=1&key=2", "x");
    }

    @Test
    void anUnknownTopicHasNearNames() {
        HttpResponse<String> answer = server.post("/topics/playgrund/events", "x");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("did you mean playground?");
    }

    @Test
    void aBodyWithoutLengthIs411() {
        HttpResponse<String> answer = server.send(server.request("/topics/orders/events")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[10]))));

        assertThat(answer.statusCode()).isEqualTo(411);
        assertThat(answer.body()).contains("length-required");
    }

    @Test
    void anEncodedBodyIs415() {
        HttpResponse<String> answer = server.post("/topics/orders/events", "x", "Content-Encoding", "gzip");

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("unsupported");
    }

    @Test
    void tooMuchIs413AndNothingIsPublished() {
        HttpResponse<String> event =
                server.post("/topics/orders/events", "1\n" + "x".repeat((1 << 20) + 1), "Content-Type", NDJSON);
        HttpResponse<String> body = server.post("/topics/orders/events", "x".repeat((16 << 20) + 1));

        assertThat(event.statusCode()).isEqualTo(413);
        assertThat(event.body()).contains("event 2 has 1048577 bytes; allowed are 1048576");
        assertThat(body.statusCode()).isEqualTo(413);
        assertThat(server.get("/streams/orders?from=earliest&until=latest").body())
                .doesNotContain("data");
    }

    @Test
    void aBatchOfTooManyEventsIs413AndNothingIsPublished() {
        HttpResponse<String> most = server.post("/topics/many/events", "1\n".repeat(10_000), "Content-Type", NDJSON);
        HttpResponse<String> more = server.post("/topics/orders/events", "1\n".repeat(8 << 20), "Content-Type", NDJSON);

        assertThat(most.statusCode()).isEqualTo(201);
        assertThat(more.statusCode()).isEqualTo(413);
        assertThat(more.body()).contains("the batch has more than 10000 events; send several");
        assertThat(server.get("/streams/orders?from=earliest&until=latest").body())
                .doesNotContain("data");
    }

    @Test
    void pagesOfOtherOriginsMayNotPublish() {
        assertThat(server.post("/topics/orders/events", "x", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.post("/topics/orders/events", "x", "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(server.post(
                                "/topics/playground/events",
                                "x",
                                "Origin",
                                server.ready.http(),
                                "Sec-Fetch-Site",
                                "same-origin")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aClientThatBreaksOffLeavesNoTrace() throws Exception {
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try (Socket socket = new Socket(
                URI.create(server.ready.http()).getHost(),
                URI.create(server.ready.http()).getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("POST /topics/orders/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();

            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        } finally {
            root.removeHandler(handler);
        }
        assertThat(logged)
                .filteredOn(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
                .isEmpty();
        assertThat(server.get("/streams/orders?from=earliest&until=latest").body())
                .doesNotContain("data");
    }

    @Test
    void p1_whatTheBrokerDidNotAcknowledgeIsNo201() {
        try (Running own = Running.with("orders")) {
            own.cluster.away();

            HttpResponse<String> answer = own.post("/topics/orders/events", "x");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(answer.body()).contains("source-unavailable").doesNotContain("published");
            assertThat(own.get("/streams/orders?from=earliest&until=latest").body())
                    .contains("\"events\":0");
        }
    }

    @Test
    void p2_aBodyOfAnyBytesArrivesUnchanged() {
        byte[] every = new byte[512];
        for (int n = 0; n < every.length; n++) {
            every[n] = (byte) (n * 7);
        }

        HttpResponse<String> answer = server.send(server.request("/topics/bytes/events?type=any&key=k")
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(every)));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(read("bytes", 1))
                .contains("\"type\":\"any\"", "\"key\":\"k\"", "\"encoding\":\"base64\"")
                .contains("\"data\":\"" + Base64.getEncoder().encodeToString(every) + "\"");
    }

    @Test
    void p2_whatALineSaysOfKeyAndTypeGoesBeforeTheParameters() {
        server.post(
                "/topics/both/events?envelope=full&key=k&type=t",
                "{\"data\":1}\n{\"data\":2,\"key\":\"own\",\"type\":\"mine\"}\n",
                "Content-Type",
                NDJSON);

        assertThat(read("both", 2).lines().filter(line -> line.contains("\"data\"")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"type\":\"t\"", "\"key\":\"k\""),
                        line -> assertThat(line).contains("\"type\":\"mine\"", "\"key\":\"own\""));
    }

    private static void refused(int status, String detail, String query, String body) {
        HttpResponse<String> answer = server.post("/topics/orders/events" + query, body, "Content-Type", NDJSON);

        assertThat(answer.body()).contains(detail);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    private static String read(String topic, int limit) {
        return server.get("/streams/" + topic + "?from=earliest&limit=" + limit).body();
    }
}
