package dev.weir.transport.chunked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ChunkedServiceTest {

    private final Sources sources = new Sources();
    private final Topic topic = new Topic("orders");
    private final HttpClient http = HttpClient.newHttpClient();
    private Endpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        sources.register("orders", topic);
        endpoint = new ChunkedTransport(Duration.ofSeconds(1))
                .open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        http.shutdownNow();
        endpoint.close();
        sources.close();
        topic.close();
    }

    private HttpResponse<InputStream> get(String target, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/streams/" + target))
                .timeout(Duration.ofSeconds(10));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** The whole body, which must be UTF-8. */
    private String text(String target) throws Exception {
        byte[] body = get(target).body().readAllBytes();
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }

    private String position(String target) throws Exception {
        HttpResponse<InputStream> response = get(target);
        response.body().close();
        return response.headers().firstValue("stream-position").orElseThrow();
    }

    private static Event at(String type, String data) {
        return new Event("", 0, 0, 0, type, null, List.of(), Bytes.utf8(data));
    }

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(Transport.class).stream()
                        .map(found -> found.get().name()))
                .contains("ndjson");
    }

    @Test
    void theWholeOfAStream() throws Exception {
        String start = position("orders");
        String one = topic.publish(at("order", "{\"n\":\r\n1}")).id();
        String two = topic.publish(at(null, "first\nsecond")).id();
        assertThat(text("orders?from=earliest&until=latest")).isEqualTo("""
                {"control":"open","id":"%s"}
                {"id":"%s","type":"order","time":"1970-01-01T00:00:00.000Z","data":{"n":  1}}
                {"id":"%s","time":"1970-01-01T00:00:00.000Z","data":"first\\nsecond"}
                {"control":"end","id":"%s","events":2}
                """.formatted(start, one, two, two));
    }

    @Test
    void aHeartbeatIsAControlLine() throws Exception {
        try (BufferedReader lines = lines("orders?heartbeat=1")) {
            assertThat(lines.readLine()).startsWith("{\"control\":\"open\"");
            assertThat(lines.readLine()).startsWith("{\"control\":\"heartbeat\",\"id\":\"1.");
        }
    }

    @Test
    void aHeartbeatCanBeABlankLine() throws Exception {
        try (BufferedReader lines = lines("orders?heartbeat=1&heartbeat-as=blank")) {
            assertThat(lines.readLine()).startsWith("{\"control\":\"open\"");
            assertThat(lines.readLine()).isEmpty();
        }
    }

    private BufferedReader lines(String target) throws Exception {
        return new BufferedReader(new InputStreamReader(get(target).body(), StandardCharsets.UTF_8));
    }

    @Test
    void hostileDataArriveUnchangedOnOneLineEach() throws Exception {
        List<String> hostile = List.of(
                "",
                "\n",
                "\r\n",
                "a\nb\rc\r\nd\n",
                "\"}\n{\"control\":\"end\"}",
                "nul\u0000nul",
                "\ufeff{}",
                "line\u2028para\u2029next\u0085",
                "\ud83d\ude00",
                "{\"a\":1",
                "\u001b[31m");
        hostile.forEach(text -> topic.publish(Event.of("t\n\"\u2028\ud800", text)));
        List<String> lines = List.of(text("orders?from=earliest&until=latest").split("\n"));
        assertThat(lines).hasSize(hostile.size() + 2);
        assertThat(lines.subList(1, lines.size() - 1).stream()
                        .map(line -> JsonText.object(line).get("data")))
                .containsExactlyElementsOf(hostile);
    }

    @Test
    void whatIsNoTextSaysThatItIsBase64() throws Exception {
        topic.publish(Event.of("t", Bytes.owned(new byte[] {(byte) 0xff, 0, '\n'})));
        assertThat(text("orders?from=earliest&until=latest")).contains("\"data\":\"/wAK\",\"encoding\":\"base64\"}\n");
    }

    @Test
    void bareLinesAreDataAlone() throws Exception {
        topic.publish(Event.of("t", "{\"n\":\n1}"));
        topic.publish(Event.of("t", "plain \"text\"\n"));
        topic.publish(new Event("", 0, 0, 1, null, Bytes.utf8("k"), List.of(), null));
        assertThat(text("orders?from=earliest&until=latest&envelope=none"))
                .isEqualTo("\n{\"n\": 1}\n\"plain \\\"text\\\"\\n\"\nnull\n");
        assertThat(text("orders?from=earliest&limit=1&envelope=none&encoding=base64"))
                .isEqualTo("\n\"eyJuIjoKMX0=\"\n");
    }

    @Test
    void aBareStreamIsKeptAliveByBlankLines() throws Exception {
        try (BufferedReader lines = lines("orders?heartbeat=1&envelope=none&heartbeat-as=event")) {
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEmpty();
        }
    }

    @Test
    void aBareStreamCarriesBinaryDataAsBase64AndSaysSo() throws Exception {
        topic.publish(Event.of("t", "1"));
        topic.publish(Event.of("t", Bytes.owned(new byte[] {(byte) 0xff})));
        topic.publish(Event.of("t", "3"));
        assertThat(text("orders?from=earliest&until=latest&envelope=none"))
                .endsWith("\n1\n{\"encoding\":\"base64\",\"data\":\"/w==\"}\n3\n");
    }

    @Test
    void aBareStreamThatIsStoppedLooksIncomplete() throws Exception {
        sources.register(
                "export",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("row", "1"));
                    throw new Refusal(Code.SOURCE_UNAVAILABLE, "away");
                }));
        InputStream body = get("export?envelope=none").body();
        assertThat(body.readNBytes(3)).isEqualTo("\n1\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        assertThat(text("export"))
                .endsWith(
                        "\"code\":\"source-unavailable\",\"message\":\"away\",\"retryable\":true,\"retryAfterMs\":2000}\n");
    }

    @Test
    void aBareStreamIsRefusedWhereItWouldBeginWithAGap() throws Exception {
        try (Topic small = new Topic("small", new Retention(64, 1 << 20, Duration.ZERO))) {
            sources.register("small", small);
            String first = small.publish(Event.of("t", "0")).id();
            for (int n = 1; n < 200; n++) {
                small.publish(Event.of("t", "" + n));
            }
            assertThat(get("small?envelope=none&after=" + first).statusCode()).isEqualTo(410);
            HttpResponse<InputStream> told = get("small?after=" + first);
            assertThat(told.statusCode()).isEqualTo(200);
            told.body().close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/x-ndjson            | application/x-ndjson
            application/ndjson              | application/ndjson
            application/jsonl, */*;q=0.1    | application/jsonl
            application/json-lines          | application/json-lines
            application/*                   | application/x-ndjson
            */*                             | application/x-ndjson
            """)
    void theFormatHasManyNames(String accept, String type) throws Exception {
        HttpResponse<InputStream> response = get("orders", "Accept", accept);
        assertThat(response.headers().firstValue("content-type")).hasValue(type);
        response.body().close();
    }

    @Test
    void otherFormatsAreNotOffered() throws Exception {
        assertThat(get("orders", "Accept", "text/event-stream").statusCode()).isEqualTo(406);
        assertThat(get("orders", "Accept", "application/json").statusCode()).isEqualTo(406);
    }

    @Test
    void commentsAreNotOfferedHere() throws Exception {
        assertThat(text("orders?heartbeat-as=comment")).contains("\"status\":400", "allowed here are event, blank");
    }

    @Test
    void framesAreSharedByAllWhoAskForTheSame() {
        Subscription whole = Subscription.to("orders");
        Subscription bare = Subscription.parse("orders?envelope=none", Bytes.EMPTY, whole.caller());
        assertThat(JsonCodec.lines("a/b", bare))
                .isSameAs(JsonCodec.lines("a/b", bare))
                .isNotSameAs(JsonCodec.lines("a/b", whole));
    }

    @Test
    void theSuffixOfAFinishedStreamIsIgnored() throws Exception {
        String id = topic.publish(Event.of("t", "1")).id();
        topic.publish(Event.of("t", "2"));
        assertThat(text("orders?until=latest&after=" + id + ".end")).contains("\"data\":2");
    }
}
