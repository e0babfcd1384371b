package dev.weir.transport.chunked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.tck.Stage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The formats of chunked streams, byte by byte, from a socket. */
@Timeout(60)
class FormatsTest {

    private final Sources sources = new Sources();
    private final HttpClient http = HttpClient.newHttpClient();
    private Endpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        endpoint = new ChunkedTransport().open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        http.shutdownNow();
        endpoint.close();
        sources.close();
    }

    /** A bounded stream of these data. */
    private void source(String name, String... data) {
        sources.register(
                name,
                subscription -> Cold.run(out -> {
                    for (String each : data) {
                        out.emit(new Event("", 0, 0, 0, null, null, List.of(), Bytes.utf8(each)));
                    }
                }));
    }

    private void table(List<String> columns, String... rows) {
        sources.register(
                "table",
                subscription -> Cold.run(columns, out -> {
                    for (String row : rows) {
                        out.emit(Event.of(null, row));
                    }
                }));
    }

    private HttpResponse<byte[]> get(String target, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/streams/" + target))
                .timeout(Duration.ofSeconds(10));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private String text(String target) throws Exception {
        return new String(get(target).body(), StandardCharsets.UTF_8);
    }

    @Test
    void rowsHaveAHeaderAndAreQuotedWhereTheyMustBe() throws Exception {
        table(List.of("id", "the name", "note"), "[1,\"Ann\",\"a,b\"]", "[2.50,\"say \\\"hi\\\"\",\"two\\r\\nlines\"]");
        assertThat(text("table?format=csv"))
                .isEqualTo(
                        "id,the name,note\r\n" + "1,Ann,\"a,b\"\r\n" + "2.50,\"say \"\"hi\"\"\",\"two\r\nlines\"\r\n");
    }

    @Test
    void aCellIsATextANumberNothingOrJson() throws Exception {
        table(List.of(), "[\"\u00fc\ud83d\ude00\",-12e3,null,true,{\"a\":[1,2]},[]]");
        assertThat(text("table?format=csv")).isEqualTo("\u00fc\ud83d\ude00,-12e3,,true,\"{\"\"a\"\":[1,2]}\",[]\r\n");
    }

    @Test
    void aTextThatASpreadsheetWouldRunStaysAText() throws Exception {
        table(List.of(), "[\"=1+2\",\"+1\",\"-1\",\"@sum\",\"\\tx\",\"\\rx\",\"\\nx\",\"\uff1d1\",\"a=b\",-1]");
        assertThat(text("table?format=csv"))
                .isEqualTo("'=1+2,'+1,'-1,'@sum,'\tx,\"'\rx\",\"'\nx\",'\uff1d1,a=b,-1\r\n");
        assertThat(text("table?format=csv&formulas=keep"))
                .isEqualTo("=1+2,+1,-1,@sum,\tx,\"\rx\",\"\nx\",\uff1d1,a=b,-1\r\n");
    }

    @Test
    void aColumnIsNoFormulaEither() throws Exception {
        table(List.of("=1+2", "plain"), "[1,2]");
        assertThat(text("table?format=csv")).isEqualTo("'=1+2,plain\r\n1,2\r\n");
        assertThat(text("table?format=csv&formulas=keep")).isEqualTo("=1+2,plain\r\n1,2\r\n");
    }

    @Test
    void aRowWhoseOnlyCellIsEmptyIsNoBlankLine() throws Exception {
        table(List.of("n"), "[\"\"]", "[null]", "[3]");
        assertThat(text("table?format=csv")).isEqualTo("n\r\n\"\"\r\n\"\"\r\n3\r\n");
    }

    @Test
    void aFooterTellsTheNumberOfRows() throws Exception {
        table(List.of("n"), "[1]", "[2]");
        assertThat(text("table?format=csv&footer=true")).isEqualTo("n\r\n1\r\n2\r\n\"#end\",2\r\n");
    }

    @Test
    void aClientThatLeavesACompressedStreamWithoutHeartbeatsIsNoticed() throws Exception {
        try (Topic quiet = new Topic("quiet");
                Socket client = new Socket()) {
            sources.register("quiet", quiet);
            client.connect(endpoint.address());
            client.getOutputStream()
                    .write("GET /streams/quiet?format=text&compress=gzip&heartbeat=1 HTTP/1.1\r\nHost: here\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            Stage.await("the stream is open", Duration.ofSeconds(10), () -> sources.open() == 1);
            client.close();
            Stage.await("the stream has ended", Duration.ofSeconds(10), () -> sources.open() == 0);
        }
    }

    @Test
    void whatShowsThatTheClientOfACompressedStreamIsThereIsNothingToIt() throws Exception {
        try (Topic quiet = new Topic("quiet")) {
            sources.register("quiet", quiet);
            quiet.publish(Event.of(null, "one"));
            byte[] body = get("quiet?from=earliest&format=text&compress=gzip&heartbeat=1&wait=3")
                    .body();
            try (GZIPInputStream lines = new GZIPInputStream(new ByteArrayInputStream(body))) {
                assertThat(lines.readAllBytes())
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("one\n");
            }
        }
    }

    @Test
    void aTableWithoutRowsIsItsHeader() throws Exception {
        table(List.of("n"));
        assertThat(text("table?format=csv")).isEqualTo("n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}", "1", "text", "[1", "[1] [2]", "[]", ""})
    void whatIsNoRowBreaksTheTable(String data) {
        table(List.of("n"), "[1]", data, "[3]");
        assertThatThrownBy(() -> get("table?format=csv")).isInstanceOf(IOException.class);
    }

    @Test
    void aSequenceHasASeparatorBeforeEachText() throws Exception {
        source("orders", "{\"n\":\n1}", "two");
        assertThat(text("orders?format=json-seq")).isEqualTo("""
                \u001e{"control":"open"}
                \u001e{"time":"1970-01-01T00:00:00.000Z","data":{"n": 1}}
                \u001e{"time":"1970-01-01T00:00:00.000Z","data":"two"}
                \u001e{"control":"end","events":2}
                """);
        assertThat(text("orders?format=json-seq&envelope=none")).isEqualTo("\n\u001e{\"n\": 1}\n\u001e\"two\"\n");
    }

    @Test
    void textIsALineForEachEvent() throws Exception {
        source("orders", "one", "", "{\"n\":3}");
        assertThat(text("orders?format=text")).isEqualTo("one\n\n{\"n\":3}\n");
        assertThat(text("orders?format=text&encoding=base64")).isEqualTo("b25l\n\neyJuIjozfQ==\n");
    }

    @Test
    void rawBytesArriveUnchanged() throws Exception {
        byte[] first = new byte[256];
        for (int i = 0; i < first.length; i++) {
            first[i] = (byte) i;
        }
        byte[] second = new byte[200_000];
        java.util.Arrays.fill(second, (byte) 0xfe);
        sources.register(
                "bytes",
                subscription -> Cold.run(out -> {
                    out.emit(Event.of(null, Bytes.owned(first.clone())));
                    out.emit(Event.of(null, Bytes.EMPTY));
                    out.emit(Event.of(null, Bytes.owned(second.clone())));
                }));
        byte[] whole = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        HttpResponse<byte[]> response = get("bytes?format=raw");
        assertThat(response.body()).isEqualTo(whole);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/octet-stream");
        assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    }

    @Test
    void textThatIsNoUtf8BreaksTheStream() {
        sources.register(
                "bytes",
                subscription -> Cold.run(out -> {
                    out.emit(Event.of(null, "fine"));
                    out.emit(Event.of(null, Bytes.owned(new byte[] {(byte) 0xff})));
                }));
        assertThatThrownBy(() -> get("bytes?format=text")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "csv", "raw"})
    void aSourceThatFailsLaterDoesNotLookComplete(String format) {
        sources.register(
                "table",
                subscription -> Cold.run(out -> {
                    out.emit(Event.of(null, "[1]"));
                    throw new IllegalStateException("the database is gone");
                }));
        assertThatThrownBy(() -> get("table?format=" + format)).isInstanceOf(IOException.class);
    }

    @Test
    void aTaskTellsWhatBecomesOfIt() throws Exception {
        sources.register(
                "task",
                subscription -> Cold.run(out -> {
                    out.emit(Event.of("row", "{\"n\":1}"));
                    out.failed("", 1);
                    out.emit(Event.of("row", "{\"n\":3}"));
                }));
        String time = "\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"";
        assertThat(text("task?envelope=status").split("\n"))
                .satisfiesExactly(
                        line -> assertThat(line).matches("\\{\"status\":\"starting\"," + time + "}"),
                        line -> assertThat(line)
                                .matches("\\{\"status\":\"processing\",\"type\":\"row\"," + time
                                        + ",\"data\":\\{\"n\":1}}"),
                        line -> assertThat(line)
                                .matches(
                                        "\\{\"status\":\"chunk_error\"," + time
                                                + ",\"reason\":\"item-failed\",\"partition\":0,\"from\":1,\"to\":2,\"count\":1}"),
                        line -> assertThat(line)
                                .matches("\\{\"status\":\"processing\",\"type\":\"row\"," + time
                                        + ",\"data\":\\{\"n\":3}}"),
                        line -> assertThat(line).matches("\\{\"status\":\"complete\"," + time + ",\"events\":2}"));
    }

    @Test
    void aTaskThatFailsTellsItsError() throws Exception {
        sources.register(
                "task",
                subscription -> Cold.run(out -> {
                    out.emit(Event.of(null, "1"));
                    throw new IllegalStateException("secret of the database");
                }));
        String[] lines = text("task?envelope=status").split("\n");
        assertThat(lines[lines.length - 1])
                .startsWith("{\"status\":\"error\",\"time\":")
                .contains("\"code\":\"internal\"")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "text/csv, text/csv;charset=utf-8",
        "text/plain, text/plain;charset=utf-8",
        "application/json-seq, application/json-seq",
        "application/octet-stream, application/octet-stream",
        "'text/html,*/*;q=0.8', application/x-ndjson",
        "'text/*', text/plain;charset=utf-8"
    })
    void theFormatIsWhatTheClientAccepts(String accept, String type) throws Exception {
        source("orders", "[1]");
        HttpResponse<byte[]> response = get("orders", "Accept", accept);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue(type);
    }

    @Test
    void whatIsAskedForByNameNeedNotBeAccepted() throws Exception {
        source("orders", "[1]");
        HttpResponse<byte[]> response = get("orders?format=csv", "Accept", "application/json");
        assertThat(response.body()).asString().isEqualTo("1\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "format=xml | format=xml: allowed are ndjson, json-seq, text, csv, raw",
                "format= | allowed are ndjson, json-seq, text, csv, raw",
                "format=csv&footer=yes | footer=yes: allowed are false (the default), true",
                "format=csv&formulas=drop | formulas=drop: allowed are guard (the default), keep",
                "footer=true | footer: allowed with format=csv alone",
                "format=text&formulas=keep | formulas: allowed with format=csv alone",
                "format=csv&envelope=full | envelope: allowed with format=csv is none",
                "format=raw&envelope=status | envelope: allowed with format=raw is none",
                "format=csv&heartbeat-as=blank | heartbeat-as: format=csv has none",
                "format=text&heartbeat-as=event | heartbeat-as: allowed with format=text is blank",
                "format=raw&encoding=base64 | encoding=base64: allowed with format=raw is auto",
                "format=csv&encoding=base64 | encoding=base64: allowed with format=csv is auto",
                "envelope=whole | envelope=whole: allowed are full, none, status"
            })
    void whatAFormatDoesNotHaveIsRefused(String query, String why) throws Exception {
        source("orders", "[1]");
        HttpResponse<byte[]> response = get("orders?" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).asString().contains(why);
    }

    /** Rule G2. */
    @ParameterizedTest
    @ValueSource(
            strings = {"format=text", "format=csv", "format=raw", "envelope=none", "format=json-seq&envelope=none"})
    void whatHasNoWordForAGapIsRefusedBeforeIt(String format) throws Exception {
        try (Topic topic = new Topic("orders", new Retention(2, 1 << 20, Duration.ZERO))) {
            sources.register("orders", topic);
            String first = topic.publish(Event.of(null, "[1]")).id();
            for (int n = 2; n < 10; n++) {
                topic.publish(Event.of(null, "[" + n + "]"));
            }
            assertThat(get("orders?until=latest&after=" + first + "&" + format).statusCode())
                    .isEqualTo(410);
        }
    }

    @Test
    void aQuietTextHasBlankLinesIfAskedFor() throws Exception {
        try (Topic topic = new Topic("orders")) {
            sources.register("orders", topic);
            assertThat(text("orders?format=text&heartbeat=1&heartbeat-as=blank&wait=3"))
                    .isEqualTo("\n\n");
        }
    }
}
