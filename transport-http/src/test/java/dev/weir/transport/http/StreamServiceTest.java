package dev.weir.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import dev.weir.tck.Stage;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StreamServiceTest {

    private static final Logger HELIDON = Logger.getLogger("io.helidon");
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Sources sources = new Sources();
    private final Topic topic = new Topic("orders");
    private final LineService service = new LineService(sources, Duration.ofMillis(400));
    private final List<RawClient> clients = new ArrayList<>();
    private final Warnings warnings = new Warnings();
    private final HttpClient http = HttpClient.newHttpClient();
    private Endpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        HELIDON.setLevel(Level.WARNING);
        Logger.getLogger("").addHandler(warnings);
        sources.register("orders", topic);
        endpoint = HttpListener.open("/lines", service, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        endpoint.close();
        sources.close();
        topic.close();
        http.close();
        Logger.getLogger("").removeHandler(warnings);
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(endpoint.address());
        clients.add(client);
        return client;
    }

    @Test
    void theHeadLeavesAtOnceOnAnIdleTopic() throws IOException {
        RawClient client = connect().get("/lines/orders");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers())
                .containsEntry("content-type", "text/plain")
                .containsEntry("transfer-encoding", "chunked")
                .containsEntry("cache-control", "no-cache, no-transform")
                .containsEntry("x-accel-buffering", "no")
                .containsEntry("x-content-type-options", "nosniff")
                .doesNotContainKeys("content-encoding", "content-length", "connection");
        topic.publish(Event.of(null, "first"));
        assertThat(client.chunk()).isEqualTo("first\n");
    }

    @Test
    void theHeadSaysWhereTheStreamStarts() throws IOException {
        String second = topic.publish(Event.of(null, "1")).id();
        topic.publish(Event.of(null, "2"));
        RawClient.Head head = connect().get("/lines/orders?from=last:1").head();
        assertThat(head.headers()).containsEntry("stream-position", second);
    }

    @Test
    void contentIsNotEncodedWhateverTheClientAccepts() throws IOException {
        RawClient client = connect().send("""
                GET /lines/orders HTTP/1.1
                Host: here
                Accept-Encoding: gzip, deflate, br

                """);
        assertThat(client.head().headers()).doesNotContainKey("content-encoding");
    }

    @Test
    void aStreamThatAsksForItIsCompressedAndEachBatchCanBeReadAtOnce() throws Exception {
        HttpResponse<InputStream> answer = fetch("/lines/orders?compress=gzip");
        assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
        try (InputStream body = answer.body();
                GZIPInputStream lines = new GZIPInputStream(body)) {
            for (String data : List.of("first", "x".repeat(100_000), "third")) {
                topic.publish(Event.of(null, data));
                assertThat(new String(lines.readNBytes(data.length() + 1), StandardCharsets.UTF_8))
                        .isEqualTo(data + "\n");
            }
        }
    }

    @Test
    void aCompressedStreamThatHasEndedIsWholeAndItsConnectionServesAnother() throws Exception {
        topic.publish(Event.of(null, "1"));
        topic.publish(Event.of(null, "2"));
        RawClient client = connect();
        for (int round = 0; round < 2; round++) {
            client.get("/lines/orders?from=earliest&until=latest&compress=gzip");
            assertThat(client.head().headers()).containsEntry("content-encoding", "gzip");
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (byte[] chunk = client.bytes(); chunk.length > 0; chunk = client.bytes()) {
                body.write(chunk);
            }
            try (GZIPInputStream lines = new GZIPInputStream(new ByteArrayInputStream(body.toByteArray()))) {
                assertThat(lines.readAllBytes())
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("1\n2\n");
            }
        }
    }

    @Test
    void onlySoManyStreamsAreCompressedAndTheOthersAreSentAsTheyAre() throws IOException {
        List<RawClient> compressed = new ArrayList<>();
        for (int n = 0; n < 256; n++) {
            compressed.add(connect().get("/lines/orders?compress=gzip&heartbeat=1"));
        }
        for (RawClient client : compressed) {
            assertThat(client.head().headers()).containsEntry("content-encoding", "gzip");
        }
        connect().get("/lines/unknown?compress=gzip").head();
        RawClient asItIs = connect().get("/lines/orders?compress=gzip");
        assertThat(asItIs.head().headers()).doesNotContainKey("content-encoding");
        topic.publish(Event.of(null, "1"));
        assertThat(asItIs.chunk()).isEqualTo("1\n");
        compressed.getFirst().close();
        Stage.await("there is a place again", SOON, () -> service.streams() == 256);
        RawClient again = connect().get("/lines/orders?compress=gzip");
        assertThat(again.head().headers()).containsEntry("content-encoding", "gzip");
    }

    @Test
    void headTellsOfCompressionToo() throws IOException {
        RawClient client = connect().send("HEAD /lines/orders?compress=gzip HTTP/1.1\nHost: here\n\n");
        assertThat(client.head().headers()).containsEntry("content-encoding", "gzip");
    }

    @Test
    void noOtherCompressionThanGzipIsOffered() throws IOException {
        RawClient client = connect().get("/lines/orders?compress=br");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(client.body(head)).contains("compress=br: allowed is gzip");
    }

    @Test
    void aCompressedStreamThatIsCutDoesNotLookComplete() throws Exception {
        HttpResponse<InputStream> answer = fetch("/lines/orders?compress=gzip");
        try (GZIPInputStream lines = new GZIPInputStream(answer.body())) {
            topic.publish(Event.of(null, "first"));
            assertThat(lines.readNBytes(6)).hasSize(6);
            service.close();
            assertThatThrownBy(lines::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    private HttpResponse<InputStream> fetch(String path) throws Exception {
        URI where = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + path);
        return http.send(HttpRequest.newBuilder(where).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void aFlushIsOneChunk() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int n = 0; n < 60; n++) {
            topic.publish(Event.of(null, n + "x".repeat(200)));
            all.append(n).append("x".repeat(200)).append('\n');
        }
        RawClient client = connect().get("/lines/orders?from=earliest");
        client.head();
        assertThat(client.chunk()).isEqualTo(all.toString());
    }

    @Test
    void whatFillsTheBatchLeavesInOrder() throws IOException {
        String large = "L".repeat(100_000);
        topic.publish(Event.of(null, "before"));
        topic.publish(Event.of(null, large));
        topic.publish(Event.of(null, "after"));
        for (int n = 0; n < 40; n++) {
            topic.publish(Event.of(null, n + "m".repeat(1_000)));
        }
        RawClient client = connect().get("/lines/orders?from=earliest&until=latest");
        client.head();
        StringBuilder all = new StringBuilder();
        int chunks = 0;
        for (String chunk = client.chunk(); !chunk.isEmpty(); chunk = client.chunk()) {
            all.append(chunk);
            chunks++;
        }
        assertThat(all).startsWith("before\n" + large + "\nafter\n0m").endsWith("m\n");
        assertThat(all.toString().lines()).hasSize(43);
        assertThat(chunks).isBetween(3, 12);
    }

    @Test
    void severalTopicsNeedNoneInThePath() throws Exception {
        try (Topic payments = new Topic("payments")) {
            sources.register("payments", payments);
            topic.publish(Event.of(null, "an order"));
            payments.publish(Event.of(null, "a payment"));
            RawClient client = connect().get("/lines?topic=orders&topic=payments&from=earliest&until=latest");
            RawClient.Head head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().get("stream-position")).contains("~");
            assertThat(client.chunk().lines()).contains("an order", "a payment");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /lines/orders?colour=red       | 400 | bad-request
            GET /lines/orders?limit=0          | 400 | bad-request
            GET /lines/orders?from=%zz         | 400 | bad-request
            GET /lines/orders?from=%ff         | 400 | bad-request
            GET /lines/orders?from=%00         | 400 | bad-request
            GET /lines/orders?after=x          | 400 | bad-request
            GET /lines/order                   | 404 | not-found
            GET /lines/or%64er                 | 404 | not-found
            GET /lines/a%2Fb                   | 404 | not-found
            GET /lines/                        | 400 | bad-request
            GET /lines                         | 400 | bad-request
            GET /lines?topic=orders&topic=order | 404 | not-found
            GET /elsewhere                     | 404 | not-found
            GET /lines/a/b                     | 404 | not-found
            GET /lines/ÿ                       | 404 | not-found
            GET /lines/or%zzders               | 400 | bad-request
            GET /lines/or%00ders               | 404 | not-found
            GET /lines/order;a=b               | 404 | not-found
            GET /lines/%c0%ae                  | 400 | bad-request
            GET /lines/%ff                     | 400 | bad-request
            GET /lines/or%ed%a0%80ders         | 400 | bad-request
            PUT /lines/orders                  | 405 | method
            DELETE /lines/orders               | 405 | method
            BREW /lines/orders                 | 405 | method
            GET /lines/orders?from=latest&after=x | 409 | conflict
            GET /lines/full                    | 503 | overloaded
            GET /lines/broken                  | 500 | internal
            """)
    void refusalsAreProblems(String request, int status, String code) throws IOException {
        sources.register("full", refusing(new Refusal(Code.OVERLOADED, "full", Duration.ofMillis(1_001))));
        sources.register("broken", asked -> {
            throw new IllegalStateException("secret");
        });
        RawClient client = connect().send(request + " HTTP/1.1\nHost: here\n\n");
        RawClient.Head head = client.head();
        String body = client.body(head);
        assertThat(head.status()).as(body).isEqualTo(status);
        assertThat(head.headers())
                .containsEntry("content-type", "application/problem+json")
                .containsEntry("cache-control", "no-store")
                .containsEntry("x-content-type-options", "nosniff");
        assertThat(body)
                .startsWith("{\"type\":\"about:blank\",\"title\":\"")
                .contains("\"status\":" + status)
                .contains("\"code\":\"" + code + "\"")
                .contains("\"detail\":\"")
                .endsWith("}")
                .doesNotContain("secret", "Exception", "io.helidon", "dev.weir");
        if (status == 503) {
            assertThat(head.headers()).containsEntry("retry-after", "2");
        }
        if (status == 405) {
            assertThat(head.headers()).containsEntry("allow", "GET, POST, HEAD, OPTIONS");
        }
    }

    @Test
    void everyCodeHasItsStatus() throws IOException {
        for (Code code : Code.values()) {
            sources.register("no", refusing(new Refusal(code, "because of \"" + code + "\"\u0000\u2028")));
            RawClient client = connect().get("/lines/no");
            RawClient.Head head = client.head();
            assertThat(head.status()).isEqualTo(code.http());
            assertThat(head.headers().containsKey("retry-after")).isEqualTo(code.retryable());
            assertThat(head.headers().containsKey("www-authenticate")).isEqualTo(code == Code.UNAUTHENTICATED);
            assertThat(client.body(head))
                    .contains("\"detail\":\"because of \\\"" + code + "\\\"\\u0000\u2028\"")
                    .contains("\"code\":\"" + code + "\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /lines/orders\u0000 HTTP/1.1\nHost: here\n\n",
                "GET /lines/\u0000 HTTP/1.1\nHost: here\n\n",
                "GET /lines/orders?a=\u0000 HTTP/1.1\nHost: here\n\n",
                "GET /lines/orders HTTP/1.1\nHost: here\nAccept: \u0000\n\n",
                "GET  HTTP/1.1\nHost: here\n\n",
                "\u0016\u0003\u0001\n\n",
                "GET /lines/orders HTTP/1.1\n\n",
                "GET /lines/orders HTTP/1.1\nHost: here\nContent-Length: 2\nTransfer-Encoding: chunked\n\n",
                "GET /lines/orders HTTP/1.1\nHost: here\nContent-Length: 2\nContent-Length: 3\n\nab",
            })
    void whatIsMalformedIsAQuiet400(String request) throws IOException {
        RawClient client = connect().send(request);
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(client.body(head)).contains("\"code\":\"bad-request\"");
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void aBodyIsRefusedAndEndsTheConnection() throws IOException {
        RawClient client = connect().send("""
                GET /lines/orders HTTP/1.1
                Host: here
                Content-Length: 36

                GET /lines/smuggled HTTP/1.1
                Host: x
                """);
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(client.body(head)).contains("body: a GET has none here");
        assertThat(client.rest()).isIn("", "<reset>");
    }

    @Test
    void anotherVersionOfHttpIsRefused() throws IOException {
        RawClient client = connect().send("GET /lines/orders HTTP/1.0\n\n");
        assertThat(client.head().status()).isEqualTo(505);
    }

    @Test
    void aRequestLineHasRoomForIds() throws IOException {
        RawClient client = connect().get("/lines/orders?after=" + "a".repeat(8_000));
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(client.body(head)).contains("after: not an id");
        RawClient longer = connect().get("/lines/orders?after=" + "a".repeat(20_000));
        RawClient.Head refused = longer.head();
        assertThat(refused.status()).isEqualTo(414);
        assertThat(longer.body(refused)).contains("\"code\":\"bad-request\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain                            | text/plain
            TEXT/PLAIN; charset=utf-8             | text/plain
            */*                                   | text/plain
            text/*                                | text/plain
            text/x-lines, text/plain;q=0.5        | text/x-lines
            text/plain;q=0.1, */*                 | text/x-lines
            text/plain;q=0, text/*                | text/x-lines
            image/png, text/x-lines;level=1;q=0.2 | text/x-lines
            image/png                             | 406
            text/plain;q=0                        | 406
            text/plain;q=2                        | 406
            nonsense                              | 406
            """)
    void acceptChooses(String accept, String chosen) throws IOException {
        RawClient client = connect().send("GET /lines/orders HTTP/1.1\nHost: here\nAccept: %s\n\n".formatted(accept));
        RawClient.Head head = client.head();
        if (chosen.equals("406")) {
            assertThat(head.status()).isEqualTo(406);
            assertThat(client.body(head)).contains("offered here are text/plain, text/x-lines");
        } else {
            assertThat(head.headers()).containsEntry("content-type", chosen);
        }
    }

    @Test
    void headAnswersLikeGetWithoutABodyAndWithoutAStream() throws IOException {
        String id = topic.publish(Event.of(null, "1")).id();
        RawClient client = connect().send("HEAD /lines/orders HTTP/1.1\nHost: here\n\n");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers())
                .containsEntry("content-type", "text/plain")
                .containsEntry("stream-position", id)
                .containsEntry("cache-control", "no-cache, no-transform")
                .doesNotContainKey("content-length");
        assertThat(client.rest()).isEmpty();
        assertThat(service.streams()).isZero();
        assertThat(sources.open()).isZero();
    }

    @Test
    void headOfARefusalHasItsHeadersOnly() throws IOException {
        RawClient client = connect().send("""
                HEAD /lines/none HTTP/1.1
                Host: here

                OPTIONS /lines/orders HTTP/1.1
                Host: here

                """);
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(404);
        assertThat(Integer.parseInt(head.headers().get("content-length"))).isPositive();
        assertThat(client.head().status()).isEqualTo(204);
    }

    @Test
    void optionsTellTheMethods() throws IOException {
        RawClient.Head head =
                connect().send("OPTIONS /lines/orders HTTP/1.1\nHost: here\n\n").head();
        assertThat(head.status()).isEqualTo(204);
        assertThat(head.headers()).containsEntry("allow", "GET, POST, HEAD, OPTIONS");
    }

    @Test
    void aConnectionServesOneRequestAfterTheOther() throws IOException {
        topic.publish(Event.of(null, "1"));
        RawClient client = connect();
        for (int n = 0; n < 3; n++) {
            client.get("/lines/orders?from=earliest&limit=1");
            assertThat(client.head().status()).isEqualTo(200);
            assertThat(client.chunk()).isEqualTo("1\n");
            assertThat(client.chunk()).isEmpty();
            client.get("/lines/none");
            client.body(client.head());
        }
    }

    @Test
    void aConnectionThatIsToBeClosedIsClosed() throws IOException {
        topic.publish(Event.of(null, "1"));
        RawClient client = connect().send("""
                GET /lines/orders?from=earliest&limit=1 HTTP/1.1
                Host: here
                Connection: close

                """);
        client.head();
        assertThat(client.rest()).isEqualTo("2\r\n1\n\r\n0\r\n\r\n");
    }

    private RawClient post(String name, int length, String body) throws IOException {
        return connect()
                .send("POST /lines/" + name + " HTTP/1.1\nHost: here\nContent-Length: " + length + "\n\n" + body);
    }

    @Test
    void aPostHandsItsBodyToTheSource() throws IOException {
        sources.register(
                "echo",
                asked -> Cold.run(out -> out.emit(Event.of(
                        null, asked.body().toText() + asked.parameters().get("times")))));
        RawClient client = post("echo?times=2", 5, "hello");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).containsEntry("connection", "close");
        assertThat(client.rest()).isEqualTo("7\r\nhello2\n\r\n0\r\n\r\n");
    }

    @Test
    void aPostWithoutABodyIsAnsweredAsAGet() throws IOException {
        topic.publish(Event.of(null, "1"));
        RawClient client = connect().send("POST /lines/orders?from=earliest&limit=1 HTTP/1.1\nHost: here\n\n");
        client.head();
        assertThat(client.chunk()).isEqualTo("1\n");
    }

    @Test
    void aTopicTakesNoBody() throws IOException {
        RawClient client = post("orders", 1, "x");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(head.headers()).containsEntry("connection", "close");
        assertThat(client.body(head)).contains("body: orders takes none");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws IOException {
        sources.register("echo", asked -> Cold.run(out -> {}));
        RawClient client = post("echo", (1 << 20) + 1, "x".repeat((1 << 20) + 1));
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(413);
        assertThat(client.body(head)).contains("body: allowed are 1048576 bytes");
    }

    @Test
    void aBodyThatEndsEarlyOpensNothing() throws IOException {
        AtomicInteger opened = new AtomicInteger();
        sources.register("echo", asked -> {
            opened.incrementAndGet();
            return Cold.run(out -> {});
        });
        RawClient client = post("echo", 10, "half");
        client.shutdownOutput();
        assertThat(client.rest()).doesNotContain(" 200 ");
        assertThat(opened).hasValue(0);
    }

    /** The patience of this service with streams that have an end is four seconds. */
    @Test
    void aBodyThatDoesNotComeInTimeIsRefusedAndOpensNothing() throws IOException {
        AtomicInteger opened = new AtomicInteger();
        sources.register("echo", asked -> {
            opened.incrementAndGet();
            return Cold.run(out -> {});
        });
        RawClient silent = post("echo", 10, "half");
        RawClient dripping = post("echo", 1000, "");
        long begin = System.nanoTime();
        Thread drips = Thread.ofVirtual().start(() -> drip(dripping));
        for (RawClient slow : List.of(silent, dripping)) {
            RawClient.Head head = slow.head();
            assertThat(head.status()).isEqualTo(400);
            assertThat(slow.body(head)).contains("body: it has not come within 4 s; send it faster");
            assertThat(slow.rest()).isIn("", "<reset>");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(3_500), Duration.ofSeconds(9));
        drips.interrupt();
        assertThat(opened).hasValue(0);
        assertThat(warnings.seen).isEmpty();
    }

    /** A byte now and then, until the connection is closed. */
    private static void drip(RawClient client) {
        try {
            while (true) {
                client.send("x");
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException over) {
            // as it should be
        }
    }

    @Test
    void aListenerOfTheApplicationsCutsABodyThatDoesNotCome() throws IOException {
        sources.register("echo", asked -> Cold.run(out -> {}));
        WebServer plain = WebServer.builder()
                .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofMillis(100))
                .routing(routing -> routing.register("/lines", service))
                .build()
                .start();
        try (RawClient slow = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), plain.port()))) {
            slow.send("POST /lines/echo HTTP/1.1\nHost: here\nContent-Length: 10\n\nhalf");
            assertThat(slow.rest()).doesNotContain(" 200 ");
        } finally {
            plain.stop();
        }
        assertThat(warnings.seen).isEmpty();
    }

    private static WebServer tuned(Duration maxReadStall, Consumer<HttpRouting.Builder> routing) {
        return HttpListener.tune(WebServer.builder(), maxReadStall)
                .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofMillis(100))
                .routing(routing)
                .build()
                .start();
    }

    @Test
    void aBodyThatNobodyReadsIsPassedOverButNotWaitedForForEver() throws IOException {
        WebServer other = tuned(
                SOON,
                routing -> routing.addFilter(new UnreadBodies(Duration.ofMillis(500)))
                        .any("/", (request, response) -> response.send("no")));
        try (RawClient client = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()))) {
            String post = "POST / HTTP/1.1\nHost: here\nContent-Length: 4\n\n";
            for (int n = 0; n < 2; n++) {
                client.send(post + "body");
                assertThat(client.body(client.head())).isEqualTo("no");
            }
            client.send(post);
            assertThat(client.body(client.head())).isEqualTo("no");
            assertThat(client.rest()).isEmpty();
        } finally {
            other.stop();
        }
    }

    @Test
    void aClientThatFallsSilentInARequestOrBetweenTwoIsLeft() throws IOException {
        WebServer other = tuned(Duration.ofMillis(500), routing -> routing.register("/lines", service));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port());
        try (RawClient between = new RawClient(address);
                RawClient first = new RawClient(address);
                RawClient head = new RawClient(address);
                RawClient body = new RawClient(address);
                RawClient stream = new RawClient(address)) {
            between.send("GET /lines/unknown HTTP/1.1\nHost: here\n\n");
            first.send("GET /li");
            head.send("GET /lines/orders HTTP/1.1\nHost: he");
            body.send("POST /nowhere HTTP/1.1\nHost: here\nContent-Length: 10\n\nhalf");
            stream.send("POST /lines/orders HTTP/1.1\nHost: here\nContent-Length: 10\n\nhalf");
            assertThat(between.head().status()).isEqualTo(404);
            assertThat(between.rest()).doesNotContain("HTTP/1.1");
            assertThat(first.rest()).isEmpty();
            assertThat(head.rest()).isEmpty();
            assertThat(body.rest()).doesNotContain(" 200 ");
            RawClient.Head paused = stream.head();
            assertThat(paused.status()).isEqualTo(400);
            assertThat(stream.body(paused)).contains("body: it has paused for too long");
        } finally {
            other.stop();
        }
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void aStreamMayBeSilentForLongerThanARequest() throws IOException {
        WebServer other = tuned(Duration.ofSeconds(1), routing -> routing.register("/lines", service));
        sources.register(
                "slow",
                asked -> Cold.run(out -> {
                    TimeUnit.SECONDS.sleep(2);
                    out.emit(Event.of(null, "row"));
                }));
        try (RawClient client = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()))) {
            for (int n = 0; n < 2; n++) {
                client.get("/lines/slow").head();
                assertThat(client.chunk()).isEqualTo("row\n");
                assertThat(client.chunk()).isEmpty();
            }
        } finally {
            other.stop();
        }
    }

    @Test
    void aPathWithoutARouteIsAProblemAndItsBodyIsPassedOver() throws IOException {
        RawClient client = connect();
        for (int n = 0; n < 2; n++) {
            client.send("POST /nowhere HTTP/1.1\nHost: here\nContent-Length: 4\n\nbody");
            RawClient.Head head = client.head();
            assertThat(head.status()).isEqualTo(404);
            assertThat(client.body(head)).contains("\"code\":\"not-found\"", "streams are under /lines");
        }
    }

    @Test
    void aConnectionEndsWhoseBodyWasAnnouncedAndNotAskedFor() throws IOException {
        RawClient client =
                connect().send("POST /nowhere HTTP/1.1\nHost: here\nExpect: 100-continue\nContent-Length: 4\n\n");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(404);
        client.body(head);
        assertThat(client.rest()).isEmpty();
    }

    @Test
    void aMalformedChunkInABodyIsRefused() throws IOException {
        sources.register("echo", asked -> Cold.run(out -> {}));
        RawClient client =
                connect().send("POST /lines/echo HTTP/1.1\nHost: here\nTransfer-Encoding: chunked\n\nzz\nbody\n0\n\n");
        RawClient.Head head = client.head();
        assertThat(head.status()).isEqualTo(400);
        assertThat(client.body(head)).contains("body: it ended early or is malformed");
        assertThat(warnings.seen).isEmpty();
    }

    private static final String WITH_TRAILERS = """
            GET /lines/orders?from=earliest&limit=1 HTTP/1.1
            Host: here
            Connection: close, TE
            TE: trailers

            """;

    @Test
    void aClientThatAsksForTrailersIsToldHowTheStreamHasEnded() throws IOException {
        String id = topic.publish(Event.of(null, "1")).id();
        RawClient client = connect().send(WITH_TRAILERS);
        assertThat(client.head().headers()).containsEntry("trailer", "Stream-Status, Stream-Position");
        assertThat(client.rest())
                .isEqualTo("2\r\n1\n\r\n0\r\nStream-Status: complete\r\nStream-Position: " + id + "\r\n\r\n");
    }

    @Test
    void aCompressedStreamHasTheSameTrailers() throws IOException {
        String id = topic.publish(Event.of(null, "1")).id();
        RawClient client = connect().send(WITH_TRAILERS.replace("limit=1", "limit=1&compress=gzip"));
        assertThat(client.head().headers())
                .containsEntry("trailer", "Stream-Status, Stream-Position")
                .containsEntry("content-encoding", "gzip");
        String rest = client.rest();
        assertThat(rest.substring(rest.lastIndexOf("\r\n0\r\n") + 5).lines())
                .containsExactlyInAnyOrder("Stream-Status: complete", "Stream-Position: " + id, "");
    }

    @Test
    void aClientThatIsGoneBeforeItsStreamOpensIsNoFailure() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        sources.register("slow", any -> {
            asked.countDown();
            gone.join();
            return Cold.run(out -> out.emit(Event.of(null, "row")));
        });
        RawClient client = connect().send(WITH_TRAILERS.replace("orders?from=earliest&limit=1", "slow"));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        client.reset();
        gone.complete(null);
        Stage.await("the stream is closed", SOON, () -> service.streams() == 0 && sources.open() == 0);
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void aStreamWithoutIdsHasNoPositionInItsTrailers() throws IOException {
        sources.register("export", asked -> Cold.run(out -> out.emit(Event.of(null, "row"))));
        RawClient client = connect().send(WITH_TRAILERS.replace("orders?from=earliest&limit=1", "export"));
        client.head();
        assertThat(client.rest()).isEqualTo("4\r\nrow\n\r\n0\r\nStream-Status: complete\r\n\r\n");
    }

    @Test
    void aListenerOfTheApplicationsNeedsNoTuning() throws IOException {
        LineService service = new LineService(sources, Duration.ofSeconds(1));
        WebServer plain = WebServer.builder()
                .host("127.0.0.1")
                .shutdownHook(false)
                .routing(routing -> routing.register("/lines", service))
                .build()
                .start();
        topic.publish(Event.of(null, "1"));
        topic.publish(Event.of(null, "x".repeat(9_000)));
        topic.publish(Event.of(null, "3"));
        try (RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", plain.port()))) {
            client.get("/lines/orders?from=earliest&limit=3").head();
            assertThat(client.chunk()).isEqualTo("1\n" + "x".repeat(9_000) + "\n3\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.send(WITH_TRAILERS).head().headers()).containsKey("trailer");
            assertThat(client.rest()).startsWith("2\r\n1\n\r\n0\r\n").contains("\nStream-Status: complete\r\n");
        } finally {
            service.close();
            plain.stop();
        }
    }

    @Test
    void aStopWithoutAWordLeavesNoTerminatingChunk() throws IOException {
        sources.register(
                "export",
                asked -> Cold.run(out -> {
                    out.emit(Event.of(null, "row"));
                    throw new Refusal(Code.TOPIC_DELETED, "gone");
                }));
        RawClient client = connect().get("/lines/export");
        client.head();
        assertThat(client.rest()).isEqualTo("4\r\nrow\n\r\n");
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void aGapWithoutAWordLeavesNoTerminatingChunk() throws IOException {
        topic.publish(Event.of(null, "1"));
        topic.publish(new Event("", 0, 0, 1, null, Bytes.utf8("k"), List.of(), null));
        topic.publish(Event.of(null, "3"));
        RawClient client = connect().get("/lines/orders?from=earliest&until=latest");
        client.head();
        assertThat(client.rest()).isEqualTo("2\r\n1\n\r\n");
    }

    @Test
    void aClientThatLeavesIsNoticed() throws IOException {
        RawClient client = connect().get("/lines/orders?heartbeat=1");
        client.head();
        assertThat(service.streams()).isEqualTo(1);
        client.close();
        Stage.await("the stream is closed", SOON, () -> service.streams() == 0 && sources.open() == 0);
        assertThat(warnings.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 10_000, 300_000})
    void aClientThatDoesNotReadIsCut(int size) throws Exception {
        AtomicInteger interrupted = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(1);
        sources.register(
                "flood",
                asked -> Cold.run(out -> {
                    try {
                        while (true) {
                            out.emit(Event.of(null, "y".repeat(size)));
                            started.countDown();
                        }
                    } catch (InterruptedException cancelled) {
                        interrupted.incrementAndGet();
                        throw cancelled;
                    }
                }));
        try (RawClient stuck = new RawClient(endpoint.address(), 4_096)) {
            stuck.get("/lines/flood").head();
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            Stage.await("it is cut", SOON, () -> service.streams() == 0 && interrupted.get() == 1);
            assertThat(stuck.rest()).doesNotEndWith("0\r\n\r\n");
        }
        assertThat(connect().get("/lines/orders").head().status()).isEqualTo(200);
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void closingCutsAllStreamsAtOnce() throws IOException {
        RawClient quiet = connect().get("/lines/orders?heartbeat=60");
        quiet.head();
        long start = System.nanoTime();
        endpoint.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(quiet.rest()).isIn("", "<reset>");
        assertThat(service.streams()).isZero();
        assertThatThrownBy(() -> connect().get("/lines/orders").head()).isInstanceOf(IOException.class);
        endpoint.close();
        assertThat(warnings.seen).isEmpty();
    }

    @Test
    void anAddressInUseIsNamed() {
        assertThatThrownBy(() -> HttpListener.open("/lines", service, endpoint.address()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(EOFException.class)
                .hasMessageContaining(Integer.toString(endpoint.address().getPort()));
    }

    private static EventSource refusing(Refusal refusal) {
        return asked -> {
            throw refusal;
        };
    }

    private static final class Warnings extends Handler {

        private final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                seen.add(logged.getLoggerName() + ": " + logged.getMessage() + " " + logged.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
