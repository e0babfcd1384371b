package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.client.RemoteSource.Via;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class HttpClientsTest {

    private static final String OPEN = "{\"control\":\"open\",\"id\":\"0\",\"columns\":[\"n\"]}";
    private static final String END = "{\"control\":\"end\",\"id\":\"3\",\"events\":3}";

    private static String line(Via via, String name, String json) {
        return via == Via.SSE ? "event: stream-" + name + "\ndata: " + json + "\n\n" : json + "\n";
    }

    private static String event(Via via, int n) {
        String json = "{\"id\":\"" + n + "\",\"type\":\"number\",\"data\":\"é" + n + "\"}";
        return via == Via.SSE ? "id: " + n + "\nevent: number\ndata: " + json + "\n\n" : json + "\n";
    }

    private static String stream(Via via) {
        return line(via, "open", OPEN) + event(via, 1) + event(via, 2) + event(via, 3) + line(via, "end", END);
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void aStreamIsReadWhereverItsChunksAreCut(Via via) throws Exception {
        for (int chunk : new int[] {1, 2, 3, 17, 100_000}) {
            try (var server = RawServer.streaming(via, stream(via), chunk);
                    var source = RemoteSource.of(via, server.base());
                    var listener = new Listener(source.open(Subscription.to("numbers")))) {
                assertThat(listener.cursor.columns()).containsExactly("n");
                List<Signal> all = listener.all();
                assertThat(all).extracting(Signal::id).containsExactly("1", "2", "3", "3");
                assertThat(((Event) all.get(2)).data()).isEqualTo(Bytes.utf8("é3"));
                assertThat(all.get(3)).isEqualTo(new Signal.End("3", 3));
                assertThat(listener.cursor.position()).isEqualTo("3");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void aConnectionThatBreaksIsAStopWithTheLastId(Via via) throws Exception {
        String half = line(via, "open", OPEN)
                + event(via, 1)
                + event(via, 2)
                + event(via, 3).substring(0, 20);
        for (boolean politely : new boolean[] {true, false}) {
            try (var server = new RawServer(out -> {
                        RawServer.head(via, out);
                        RawServer.chunk(out, half);
                        if (politely) {
                            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        }
                    });
                    var source = RemoteSource.of(via, server.base());
                    var listener = new Listener(source.open(Subscription.to("numbers")))) {
                List<Signal> all = listener.all();
                assertThat(all).extracting(Signal::id).containsExactly("1", "2", "2");
                Signal.Stop stop = (Signal.Stop) all.get(2);
                assertThat(stop.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
                assertThat(stop.retryAfter()).isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void whatIsNoSignalIsAStop(Via via) throws Exception {
        try (var server = RawServer.streaming(via, line(via, "open", OPEN) + line(via, "x", "{oh no"), 10);
                var source = RemoteSource.of(via, server.base());
                var listener = new Listener(source.open(Subscription.to("numbers")))) {
            Signal.Stop stop = (Signal.Stop) listener.next();
            assertThat(stop.code()).isEqualTo(Code.INTERNAL);
            assertThat(stop.id()).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void refusalsKeepCodeMessageAndTime(Via via) throws Exception {
        String problem =
                "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":503,\"code\":\"overloaded\",\"detail\":\"full, é\"}";
        int length = problem.getBytes(StandardCharsets.UTF_8).length;
        try (var server = RawServer.saying("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: "
                        + length + "\r\n\r\n" + problem);
                var source = RemoteSource.of(via, server.base())) {
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("numbers")));
            assertThat(refusal.code()).isEqualTo(Code.OVERLOADED);
            assertThat(refusal.getMessage()).isEqualTo("full, é");
            assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void aPageOfAProxyIsAFinalRefusalThatNamesTheType(Via via) throws Exception {
        String wanted = via == Via.SSE ? "text/event-stream" : "application/x-ndjson";
        for (String type :
                List.of("Content-Type: text/html; charset=utf-8\r\n", "Content-Type: application/json\r\n", "")) {
            try (var server = RawServer.saying("HTTP/1.1 200 OK\r\n" + type + "Content-Length: 6\r\n\r\n<html>");
                    var source = RemoteSource.of(via, server.base())) {
                Refusal refusal = catchThrowableOfType(
                        Refusal.class, () -> new ReconnectingSource(source).open(Subscription.to("x")));
                assertThat(refusal.code()).isEqualTo(Code.NOT_ACCEPTABLE);
                assertThat(refusal.getMessage()).contains(wanted, "content type is");
                assertThat(refusal.getMessage()).contains(type.contains("html") ? "text/html" : "");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void whatIsCompressedUnaskedIsRefused(Via via) throws Exception {
        String type = via == Via.SSE ? "text/event-stream" : "application/x-ndjson";
        try (var server = RawServer.saying("HTTP/1.1 200 OK\r\nContent-Type: " + type
                        + "\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
                var source = RemoteSource.of(via, server.base())) {
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("x")));
            assertThat(refusal.code()).isEqualTo(Code.NOT_ACCEPTABLE);
            assertThat(refusal.getMessage()).contains("gzip");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void noContentIsTheEnd(Via via) throws Exception {
        try (var server = RawServer.saying("HTTP/1.1 204 No Content\r\n\r\n");
                var source = RemoteSource.of(via, server.base());
                var listener = new Listener(
                        new ReconnectingSource(source).open(Subscription.to("x").withStart(new Start.After("7"))))) {
            assertThat(listener.all()).containsExactly(new Signal.End("7", 0));
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void aRefusalWhoseDetailsDribbleIsToldWithoutThem() throws Exception {
        try (var server = new RawServer(out -> {
                    out.write("HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    while (true) {
                        out.write(' ');
                        out.flush();
                        Thread.sleep(100);
                    }
                });
                var source = RemoteSource.of(Via.SSE, server.base())) {
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("x")));
            assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
        }
    }

    @Test
    void aRedirectionIsAFinalRefusalThatSaysSo() throws Exception {
        try (var server = RawServer.saying("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n");
                var source = RemoteSource.of(Via.SSE, server.base())) {
            Refusal refusal = catchThrowableOfType(
                    Refusal.class, () -> new ReconnectingSource(source).open(Subscription.to("x")));
            assertThat(refusal.code()).isEqualTo(Code.NOT_ACCEPTABLE);
            assertThat(refusal.getMessage()).contains("302", "redirection");
        }
    }

    @Test
    void theTimeToComeBackIsReadAsSecondsAndAsADate() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
        Map<String, Duration> most =
                Map.of("9", Duration.ofSeconds(9), date, Duration.ofSeconds(100), "soon", Duration.ofSeconds(2));
        for (String status : List.of("429 Too Many Requests", "503 Service Unavailable")) {
            for (var each : most.entrySet()) {
                try (var server = RawServer.saying("HTTP/1.1 " + status + "\r\nRetry-After: " + each.getKey()
                                + "\r\nContent-Length: 0\r\n\r\n");
                        var source = RemoteSource.of(Via.NDJSON, server.base())) {
                    Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("x")));
                    assertThat(refusal.code().retryable()).isTrue();
                    assertThat(refusal.retryAfter())
                            .isBetween(each.getValue().multipliedBy(8).dividedBy(10), each.getValue());
                }
            }
        }
    }

    @Test
    void aBrokenEventStreamComesBackAfterTheTimeOfItsRetryLine() throws Exception {
        try (var server = RawServer.streaming(Via.SSE, "retry: 1234\n\n", 100);
                var source = RemoteSource.of(Via.SSE, server.base());
                var listener = new Listener(source.open(Subscription.to("x")))) {
            assertThat(((Signal.Stop) listener.next()).retryAfter()).isEqualTo(Duration.ofMillis(1234));
        }
    }

    @Test
    void answersOfOtherServersAreRefusalsToo() throws Exception {
        Map<String, Code> answers = Map.of(
                "404 Not Found", Code.NOT_FOUND,
                "502 Bad Gateway", Code.SOURCE_UNAVAILABLE,
                "418 Teapot", Code.BAD_REQUEST,
                "401 Unauthorized", Code.UNAUTHENTICATED,
                "500 Oops", Code.INTERNAL);
        for (var answer : answers.entrySet()) {
            try (var server = RawServer.saying("HTTP/1.1 " + answer.getKey() + "\r\nContent-Length: 5\r\n\r\n<html");
                    var source = RemoteSource.of(Via.SSE, server.base())) {
                Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("x")));
                assertThat(refusal.code()).as(answer.getKey()).isEqualTo(answer.getValue());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Via.class)
    void aServerThatIsNotThereIsARefusal(Via via) throws Exception {
        URI base;
        try (var server = RawServer.saying("")) {
            base = server.base();
        }
        try (var source = RemoteSource.of(via, base)) {
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> source.open(Subscription.to("x")));
            assertThat(refusal.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
            assertThat(refusal.getMessage()).doesNotContain("127.0.0.1");
        }
    }

    @Test
    void theRequestSaysAllThatWasAskedFor() throws Exception {
        try (var server = RawServer.streaming(Via.SSE, stream(Via.SSE), 100);
                var source = new SseClient(
                        URI.create(server.base() + "/prefix/"), Map.of("authorization", "Bearer secret"))) {
            var asked = Subscription.parse(
                    "or%20ders?after=1.a.b.c&limit=5&until=2026-01-01T00:00:00Z&wait=9&type=a%26b&key=%C3%A9&heartbeat=3"
                            + "&on-gap=fail&encoding=base64&table=x%3Dy&envelope=none&heartbeat-as=comment&compress=gzip&done=true",
                    Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
            source.open(asked).close();
            await().until(() -> !server.requests.isEmpty());
            assertThat(server.requests.get(0))
                    .startsWith(
                            "GET /prefix/events/or%20ders?envelope=full&after=1.a.b.c&until=2026-01-01T00%3A00%3A00Z"
                                    + "&limit=5&wait=9&type=a%26b&key=%C3%A9&heartbeat=3&on-gap=fail&encoding=base64&table=x%3Dy"
                                    + "&heartbeat-as=event HTTP/1.1\r\n")
                    .contains("authorization: Bearer secret")
                    .contains("Accept: text/event-stream")
                    .doesNotContain("Upgrade");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void openDoesNotWaitForEvents(Via via) throws Exception {
        var done = new CountDownLatch(1);
        try (var server = new RawServer(out -> {
                    RawServer.head(via, out);
                    done.await();
                });
                var source = RemoteSource.of(via, server.base());
                var listener = new Listener(source.open(Subscription.to("quiet")))) {
            assertThat(listener.cursor.position()).isEqualTo("start");
            assertThat(listener.cursor.poll()).isNull();
            done.countDown();
            assertThat(listener.next()).isInstanceOf(Signal.Stop.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SSE", "NDJSON"})
    void aProgramThatReadsSlowlyHoldsLittleAndAClosedStreamIsGone(Via via) throws Exception {
        var sent = new AtomicInteger();
        String big = "{\"id\":\"1\",\"data\":\"" + "x".repeat(100_000) + "\"}";
        String block = via == Via.SSE ? "data: " + big + "\n\n" : big + "\n";
        try (var server = new RawServer(out -> {
                    RawServer.head(via, out);
                    while (true) {
                        RawServer.chunk(out, block);
                        sent.incrementAndGet();
                    }
                });
                var source = RemoteSource.of(via, server.base())) {
            var listener = new Listener(source.open(Subscription.to("endless")));
            var settled = new AtomicInteger(-1);
            await().pollInterval(Duration.ofMillis(300)).until(() -> settled.getAndSet(sent.get()) == sent.get());
            assertThat(sent.get() / 10).as("MB taken from the server").isLessThan(20);
            for (int n = 0; n < 300; n++) {
                assertThat(listener.next()).isInstanceOf(Event.class);
            }
            assertThat(server.gone).hasValue(0);
            listener.close();
            await().until(() -> server.gone.get() == 1);
        }
    }

    @Test
    void publishingSendsEveryByteAndReadsThePlaces() throws Exception {
        String answer = "{\"published\":[{\"partition\":0,\"offset\":42},{\"partition\":3,\"offset\":5000000000}]}";
        try (var server = RawServer.saying(
                        "HTTP/1.1 201 Created\r\nContent-Length: " + answer.length() + "\r\n\r\n" + answer);
                var publisher = new HttpPublisher(server.base(), Map.of())) {
            Event first = new Event(
                    "",
                    0,
                    0,
                    0,
                    "placed",
                    Bytes.utf8("k"),
                    List.of(new Header("h", Bytes.utf8("v")), new Header("n", null)),
                    Bytes.owned(new byte[] {(byte) 0xff}));
            Event second = new Event("", 0, 0, 0, null, null, List.of(), null);
            assertThat(publisher.publish("or ders", List.of(first, second)))
                    .containsExactly(new Publisher.Published(0, 42), new Publisher.Published(3, 5_000_000_000L));
            assertThat(server.requests.get(0))
                    .startsWith("POST /topics/or%20ders/events?envelope=full HTTP/1.1\r\n")
                    .contains("Content-Type: application/x-ndjson")
                    .endsWith(
                            "\r\n\r\n{\"type\":\"placed\",\"key\":\"aw==\",\"keyEncoding\":\"base64\",\"data\":\"/w==\","
                                    + "\"encoding\":\"base64\",\"headers\":[{\"name\":\"h\",\"value\":\"dg==\",\"encoding\":\"base64\"},"
                                    + "{\"name\":\"n\",\"value\":null}]}\n{\"type\":\"delete\",\"data\":null}\n");
        }
    }

    @Test
    void aPublishThatIsRefusedOrUnansweredSaysSo() throws Exception {
        String problem = "{\"code\":\"too-large\",\"detail\":\"at most 1 MiB\"}";
        try (var server = RawServer.saying(
                        "HTTP/1.1 413 Too Large\r\nContent-Length: " + problem.length() + "\r\n\r\n" + problem);
                var silent = RawServer.saying("");
                var publisher = new HttpPublisher(server.base(), Map.of());
                var unlucky = new HttpPublisher(silent.base(), Map.of())) {
            List<Event> batch = List.of(Event.of(null, "x"));
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> publisher.publish("t", batch));
            assertThat(refusal.code()).isEqualTo(Code.TOO_LARGE);
            assertThat(refusal.getMessage()).isEqualTo("at most 1 MiB");
            Refusal unknown = catchThrowableOfType(Refusal.class, () -> unlucky.publish("t", batch));
            assertThat(unknown.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
            assertThat(unknown.getMessage()).contains("unknown");
        }
    }
}
