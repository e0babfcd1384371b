package dev.weir.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Transport;
import dev.weir.hub.Topic;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SseServiceTest {

    private final Sources sources = new Sources();
    private final Topic topic = new Topic("orders");
    private final HttpClient http = HttpClient.newHttpClient();
    private Endpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        sources.register("orders", topic);
        endpoint = new SseTransport(Duration.ofSeconds(1))
                .open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        http.shutdownNow();
        endpoint.close();
        sources.close();
        topic.close();
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/events/" + target))
                .timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<InputStream> get(String target, String... headers) throws Exception {
        HttpRequest.Builder request = request(target);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private String text(String target, String... headers) throws Exception {
        return new String(get(target, headers).body().readAllBytes(), StandardCharsets.UTF_8);
    }

    private List<EventStream.Block> blocks(String target) throws Exception {
        return new EventStream(get(target).body()).all();
    }

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(Transport.class).stream()
                        .map(found -> found.get().name()))
                .contains("sse");
    }

    @Test
    void theWholeOfAStream() throws Exception {
        String start = position("orders");
        String one = topic.publish(Event.of("order", "{\"n\": 1}")).id();
        String two = topic.publish(Event.of(null, "first\nsecond")).id();
        assertThat(text("orders?from=earliest&until=latest")).isEqualTo("""
                retry: 2000
                id: %s

                id: %s
                event: order
                data: {"n": 1}

                id: %s
                data: first
                data: second

                id: %s.end
                event: stream-end
                data: {"control":"end","id":"%s","events":2}

                """.formatted(start, one, two, two, two));
    }

    private String position(String target) throws Exception {
        HttpResponse<InputStream> response = get(target);
        response.body().close();
        return response.headers().firstValue("stream-position").orElseThrow();
    }

    @Test
    void signalsCanHaveNames() throws Exception {
        String start = position("orders");
        InputStream body = get("orders?heartbeat=1&heartbeat-as=event").body();
        EventStream stream = new EventStream(body);
        assertThat(stream.next())
                .isEqualTo(new EventStream.Block(
                        start, "stream-open", "2000", "{\"control\":\"open\",\"id\":\"" + start + "\"}", List.of()));
        assertThat(stream.next())
                .isEqualTo(new EventStream.Block(
                        start,
                        "stream-heartbeat",
                        null,
                        "{\"control\":\"heartbeat\",\"id\":\"" + start + "\"}",
                        List.of()));
        body.close();
    }

    @Test
    void aHeartbeatIsACommentWithThePosition() throws Exception {
        InputStream body = get("orders?heartbeat=1&type=never").body();
        EventStream stream = new EventStream(body);
        EventStream.Block open = stream.next();
        String moved = topic.publish(Event.of("other", "x")).id();
        EventStream.Block heartbeat = stream.next();
        assertThat(open.retry()).isEqualTo("2000");
        assertThat(heartbeat).isEqualTo(new EventStream.Block(moved, null, null, null, List.of("")));
        body.close();
    }

    @Test
    void hostileTextArrivesButForItsLineBreaks() throws Exception {
        List<String> hostile = List.of(
                "",
                " ",
                "  two leading spaces",
                "\n",
                "\r",
                "\r\n",
                "\n\n\n",
                "a\nb\rc\r\nd\n",
                "a\n\rb",
                "\nid: 1\n\ndata: injected\n\nevent: error",
                ":comment",
                "nul\u0000nul",
                "\ufeffbom\ufeff",
                "line\u2028para\u2029next\u0085",
                "\ud83d\ude00 \u00e9",
                "data: x",
                "\u001b[31m");
        hostile.forEach(text -> topic.publish(Event.of("t", text)));
        List<EventStream.Block> blocks = blocks("orders?from=earliest&until=latest");
        assertThat(blocks.subList(1, blocks.size() - 1).stream().map(EventStream.Block::dispatched))
                .containsExactlyElementsOf(hostile.stream()
                        .map(text -> text.replace("\r\n", "\n").replace('\r', '\n'))
                        .toList());
    }

    @Test
    void whatIsNoTextSaysThatItIsBase64() throws Exception {
        topic.publish(Event.of("t", Bytes.owned(new byte[] {(byte) 0xff, 0, '\n'})));
        topic.publish(Event.of("t", Bytes.owned(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})));
        List<EventStream.Block> blocks = blocks("orders?from=earliest&until=latest");
        assertThat(blocks.get(1).dispatched()).isEqualTo("{\"encoding\":\"base64\",\"data\":\"/wAK\"}");
        assertThat(blocks.get(2).dispatched()).isEqualTo("{\"encoding\":\"base64\",\"data\":\"7aCA\"}");
    }

    @Test
    void base64OnRequestIsBareAsWell() throws Exception {
        topic.publish(Event.of("t", "a\r\nb"));
        assertThat(blocks("orders?from=earliest&until=latest&encoding=base64")
                        .get(1)
                        .dispatched())
                .isEqualTo("YQ0KYg==");
        assertThat(blocks("orders?from=earliest&until=latest&encoding=base64&envelope=full")
                        .get(1)
                        .dispatched())
                .endsWith("\"data\":\"YQ0KYg==\",\"encoding\":\"base64\"}");
    }

    @Test
    void theEnvelopeHoldsTheWholeEvent() throws Exception {
        Event event = topic.publish(Event.of("t", "{\n\"n\": 1}").withKey(Bytes.utf8("k")));
        EventStream.Block block =
                blocks("orders?from=earliest&until=latest&envelope=full").get(1);
        assertThat(block.event()).isEqualTo("t");
        assertThat(block.dispatched())
                .startsWith("{\"id\":\"" + event.id() + "\",\"type\":\"t\",\"key\":\"k\",\"time\":\"20")
                .endsWith("Z\",\"data\":{ \"n\": 1}}");
    }

    @Test
    void aTombstoneIsAnEventWithoutData() throws Exception {
        topic.publish(new Event("", 0, 0, 1, null, Bytes.utf8("k"), List.of(), null));
        EventStream.Block block = blocks("orders?from=earliest&until=latest").get(1);
        assertThat(block.event()).isEqualTo("delete");
        assertThat(block.dispatched()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "open",
                "error",
                "message",
                "stream-",
                "stream-end",
                "stream-x",
                "",
                " ",
                "a b",
                "a\nid: 1",
                "a\rdata: x",
                "a\r\n\r\n",
                "\u0000",
                "\u2028",
                "\u00e9",
                "\ud800",
                "a/b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aTypeThatCannotBeNamedIsLeftOutAndCounted(String type) throws Exception {
        topic.publish(Event.of(type, "data"));
        long before = SseService.typesLeftOut();
        EventStream.Block block = blocks("orders?from=earliest&until=latest").get(1);
        assertThat(block.event()).isNull();
        assertThat(block.dispatched()).isEqualTo("data");
        assertThat(SseService.typesLeftOut()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"opened", "a.B_c-d:9", "Stream-end", "streams", "errors", "x"})
    void othersAreNamed(String type) throws Exception {
        topic.publish(Event.of(type, "data"));
        assertThat(blocks("orders?from=earliest&until=latest").get(1).event()).isEqualTo(type);
    }

    @Test
    void anIdThatIsNoneInjectsNothing() throws Exception {
        sources.register(
                "cold",
                asked -> Cold.run(out -> {
                    out.emit(new Event("1\ndata: x", 0, 0, 0, "t", null, List.of(), Bytes.utf8("a")));
                    out.emit(new Event("2\u0000", 0, 0, 0, "t", null, List.of(), Bytes.utf8("b")));
                }));
        List<EventStream.Block> blocks = blocks("cold");
        assertThat(blocks.get(1)).isEqualTo(new EventStream.Block(null, "t", null, "a", List.of()));
        assertThat(blocks.get(2)).isEqualTo(new EventStream.Block(null, "t", null, "b", List.of()));
    }

    @Test
    void gapsAndStopsAreNamedEvents() throws Exception {
        sources.register(
                "cold",
                asked -> Cold.run(out -> {
                    out.emit(new Signal.Gap("7", Signal.Reason.ITEM_FAILED, 0, 6, 7, OptionalLong.of(1)));
                    throw new Refusal(Code.SOURCE_UNAVAILABLE, "away\nfor a while", Duration.ofMillis(1_500));
                }));
        List<EventStream.Block> blocks = blocks("cold");
        assertThat(blocks.get(1).event()).isEqualTo("stream-gap");
        assertThat(blocks.get(1).id()).isEqualTo("7");
        assertThat(blocks.get(2).event()).isEqualTo("stream-stop");
        assertThat(blocks.get(2).retry()).isEqualTo("1500");
        assertThat(blocks.get(2).dispatched()).contains("\"retryAfterMs\":1500", "away\\nfor a while");
    }

    @Test
    void aFinishedStreamIsNotServedAgain() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        sources.register("report", asked -> {
            opened.incrementAndGet();
            return Cold.run(out -> out.emit(Event.of("row", "1")));
        });
        List<EventStream.Block> blocks = blocks("report");
        String end = blocks.get(blocks.size() - 1).id();
        assertThat(end).endsWith(".end");
        assertThat(get("report", "Last-Event-ID", end).statusCode()).isEqualTo(204);
        assertThat(get("report?after=" + end).statusCode()).isEqualTo(204);
        assertThat(get("report?after=" + end, "Last-Event-ID", end).statusCode())
                .isEqualTo(204);
        assertThat(get("?topic=report&topic=orders", "Last-Event-ID", end).statusCode())
                .as("several topics")
                .isEqualTo(204);
        assertThat(opened).hasValue(1);
    }

    @Test
    void aClientThatComesBackIsStoppedInItsOwnWords() throws Exception {
        String id = topic.publish(Event.of("t", "1")).id();
        sources.stop(Code.SHUTDOWN, "the server is draining", Duration.ofSeconds(3));
        String told = text("orders", "Last-Event-ID", id);
        String jittered = told.replaceAll("(?s).*\"retryAfterMs\":(\\d+).*", "$1");
        assertThat(Integer.parseInt(jittered)).isBetween(3_000, 6_000);
        assertThat(told).isEqualTo("""
                retry: 2000
                id: %s

                retry: %s
                id: %s
                event: stream-stop
                data: {"control":"stop","id":"%s","code":"shutdown","message":"the server is draining",\
                "retryable":true,"retryAfterMs":%s}

                """.formatted(id, jittered, id, id, jittered));
        assertThat(get("orders").statusCode()).isEqualTo(503);
        assertThat(get("orders?after=" + id).statusCode()).isEqualTo(503);
        assertThat(get("orders", "Last-Event-ID", "not an id").statusCode()).isEqualTo(400);
    }

    @Test
    void aFailureIsToldInItsOwnWordsToo() throws Exception {
        sources.register("broken", asked -> {
            throw new IllegalStateException("secret");
        });
        assertThat(text("broken", "Last-Event-ID", "1.a"))
                .contains("\"code\":\"internal\"")
                .doesNotContain("secret");
        sources.register("gone", asked -> {
            throw new Refusal(Code.POSITION_EXPIRED, "gone");
        });
        assertThat(get("gone", "Last-Event-ID", "1.a").statusCode()).isEqualTo(410);
    }

    @Test
    void onlyEventStreamsAreOffered() throws Exception {
        assertThat(get("orders", "Accept", "application/json").statusCode()).isEqualTo(406);
        assertThat(text("orders", "Accept", "application/json")).contains("offered here are text/event-stream");
        HttpResponse<InputStream> response = get("orders", "Accept", "text/event-stream");
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream;charset=utf-8");
        response.body().close();
    }

    @Test
    void blankHeartbeatsAreNotOfferedHere() throws Exception {
        assertThat(text("orders?heartbeat-as=blank")).contains("\"status\":400", "allowed here are comment, event");
    }

    @Test
    void theWordsOfATaskAreNotOfferedHere() throws Exception {
        assertThat(text("orders?envelope=status")).contains("\"status\":400", "allowed here are full, none");
    }

    @Test
    void aClientOfALanguageModelIsToldInItsOwnWordsThatAllWasSaid() throws Exception {
        sources.register("tokens", asked -> Cold.run(out -> out.emit(Event.of(null, "Hi"))));
        assertThat(text("tokens?done=true"))
                .contains("data: Hi\n\ndata: [DONE]\n\n")
                .contains("event: stream-end");
        assertThat(text("tokens?done=false")).doesNotContain("DONE");
        assertThat(text("tokens")).doesNotContain("DONE");
        assertThat(text("tokens?done=1")).contains("\"status\":400", "done=1: allowed are true, false");
    }

    @Test
    void whateverTheTextIsItArrives() throws Exception {
        Random random = new Random(5);
        String[] pieces = {
            "\n", "\r", "\r\n", "data: ", "id: 1", "event: x", ":", " ", "\0", "\ufeff", "\u2028", "é", "{", "a"
        };
        SseCodec codec = SseCodec.of(Format.DEFAULT, false);
        for (int n = 0; n < 20_000; n++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(10); left > 0; left--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] frame =
                    codec.encode(Event.of(text.toString(), text.toString())).toArray();
            List<EventStream.Block> blocks = new EventStream(new ByteArrayInputStream(frame)).all();
            assertThat(blocks).hasSize(1);
            assertThat(blocks.get(0).dispatched())
                    .isEqualTo(text.toString().replace("\r\n", "\n").replace('\r', '\n'));
        }
    }

    @Test
    void framesAreSharedByAllWhoAskForTheSame() {
        for (Format.Encoding encoding : Format.Encoding.values()) {
            Format format = new Format(Format.Envelope.FULL, encoding, Format.Heartbeats.EVENT);
            assertThat(SseCodec.of(format, false))
                    .isSameAs(SseCodec.of(format, false))
                    .isNotSameAs(SseCodec.of(Format.DEFAULT, false));
        }
    }

    @Test
    void theReaderIsStrict() {
        for (String bad : List.of(
                "data: a\n",
                "data:a\n\n",
                "data: a\r\n\r\n",
                "data: a\n\n\n",
                "id: 1\nid: 2\n\n",
                "foo: 1\n\n",
                "retry: x\n\n",
                "data: a\nevent: a b\n\n",
                "data")) {
            EventStream stream = new EventStream(new ByteArrayInputStream(bad.getBytes(StandardCharsets.UTF_8)));
            assertThatThrownBy(stream::all).as(bad).isInstanceOf(AssertionError.class);
        }
    }
}
