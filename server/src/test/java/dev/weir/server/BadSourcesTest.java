package dev.weir.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.client.RemoteSource;
import dev.weir.client.RemoteSource.Via;
import dev.weir.server.run.Running;
import dev.weir.tck.Probe;
import dev.weir.tck.Stage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each format of HTTP makes of cold sources that fail, or hang: byte by byte, from a socket, with its trailers. */
@Timeout(60)
class BadSourcesTest {

    private static final String SECRET = "secret of /etc/passwd";
    private static final Duration NOTICED = Duration.ofSeconds(6);
    private static final AtomicInteger CANCELLED = new AtomicInteger();

    private static Running server;
    private static volatile boolean over;

    /** How each tells that a stream was stopped, empty if it has no word for it; and what it sends while nothing happens. */
    private enum Format {
        EVENTS("/events/%s?", "event: stream-stop\n", ":\n"),
        EVENTS_FULL("/events/%s?envelope=full&", "event: stream-stop\n", ":\n"),
        EVENTS_DONE("/events/%s?done=true&", "event: stream-stop\n", ":\n"),
        NDJSON("/streams/%s?", "{\"control\":\"stop\"", "{\"control\":\"heartbeat\""),
        NDJSON_BARE("/streams/%s?envelope=none&", "", "\n\n"),
        NDJSON_STATUS("/streams/%s?envelope=status&", "{\"status\":\"error\"", "\n\n"),
        JSON_SEQ("/streams/%s?format=json-seq&", "\u001e{\"control\":\"stop\"", "{\"control\":\"heartbeat\""),
        JSON_SEQ_BARE("/streams/%s?format=json-seq&envelope=none&", "", "\n\n"),
        JSON_SEQ_STATUS("/streams/%s?format=json-seq&envelope=status&", "\u001e{\"status\":\"error\"", "\n\n"),
        CSV("/streams/%s?format=csv&", "", ""),
        TEXT("/streams/%s?format=text&", "", ""),
        TEXT_BLANK("/streams/%s?format=text&heartbeat-as=blank&", "", "\n\n"),
        RAW("/streams/%s?format=raw&", "", "");

        private final String target;
        private final String stop;
        private final String heartbeat;

        Format(String target, String stop, String heartbeat) {
            this.target = target;
            this.stop = stop;
            this.heartbeat = heartbeat;
        }

        Socket ask(Running running, String source) throws IOException {
            URI base = URI.create(running.ready.http());
            Socket socket = new Socket(base.getHost(), base.getPort());
            socket.setSoTimeout(10_000);
            String request = "GET " + target.formatted(source) + "heartbeat=1 HTTP/1.1\r\nHost: localhost\r\n"
                    + "Connection: close, TE\r\nTE: trailers\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return socket;
        }

        Answer answer(String source) throws IOException {
            try (Socket socket = ask(server, source)) {
                return Answer.of(rest(socket));
            }
        }

        void assertStopped(Answer answer, String code) {
            if (stop.isEmpty()) {
                assertThat(answer.complete).as("it looks complete").isFalse();
                assertThat(answer.trailers).isEmpty();
            } else {
                assertThat(answer.body).contains(stop).contains("\"code\":\"" + code + "\"");
                assertThat(answer.complete).isTrue();
                assertThat(answer.trailers).contains("Stream-Status: " + code + "\r\n");
            }
            assertThat(answer.body)
                    .doesNotContain(
                            "secret",
                            "/etc",
                            "Exception",
                            "[DONE]",
                            "\"control\":\"end\"",
                            "stream-end",
                            "\"status\":\"complete\"");
        }
    }

    /** @param complete whether there was a last chunk */
    private record Answer(String head, String body, boolean complete, String trailers) {

        static Answer of(byte[] all) throws IOException {
            String text = new String(all, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n") + 4;
            String head = text.substring(0, end);
            if (!head.contains("chunked")) {
                return new Answer(head, text.substring(end), true, "");
            }
            StringBuilder body = new StringBuilder();
            InputStream in = new ByteArrayInputStream(all, end, all.length - end);
            for (String size = line(in); !size.isEmpty(); size = line(in)) {
                int length = Integer.parseInt(size, 16);
                if (length == 0) {
                    String trailers = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
                    return new Answer(head, body.toString(), true, trailers.equals("\r\n") ? "" : trailers);
                }
                body.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
                line(in);
            }
            return new Answer(head, body.toString(), false, "");
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
                line.append((char) octet);
            }
            return line.toString().strip();
        }
    }

    private static byte[] rest(Socket socket) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(read);
        } catch (SocketException reset) {
            // what has come so far counts
        }
        return read.toByteArray();
    }

    private static EventSource rows(int count, Cold.Generator then) {
        return asked -> Cold.run(out -> {
            for (int row = 0; row < count; row++) {
                out.emit(Event.of("row", "[" + row + "]"));
            }
            then.run(out);
        });
    }

    private static void fail() {
        throw new IllegalStateException(SECRET);
    }

    private static void hang(Cold.Emitter out) throws InterruptedException {
        try {
            new CountDownLatch(1).await();
        } finally {
            CANCELLED.incrementAndGet();
        }
    }

    private static void emitForEver(Cold.Emitter out) throws InterruptedException {
        try {
            while (true) {
                out.emit(Event.of("row", "[\"" + "x".repeat(1_000) + "\"]"));
            }
        } finally {
            CANCELLED.incrementAndGet();
        }
    }

    /** Takes no notice of interrupts. */
    private static void awaitDeafly() {
        while (!over) {
            Thread.interrupted();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Running start() {
        Map<String, EventSource> sources = new HashMap<>();
        sources.put("at-once", rows(0, out -> fail()));
        sources.put("later", rows(3, out -> fail()));
        sources.put("cleaning-up", rows(3, out -> {
            try (AutoCloseable table = BadSourcesTest::fail) {
                out.emit(Event.of("row", "[3]"));
            }
        }));
        sources.put("hanging", rows(3, BadSourcesTest::hang));
        sources.put("silent", rows(0, BadSourcesTest::hang));
        sources.put("endless", rows(3, BadSourcesTest::emitForEver));
        sources.put("failing", rows(3, out -> {
            try (AutoCloseable table = BadSourcesTest::fail) {
                hang(out);
            }
        }));
        sources.put("deaf", rows(3, out -> awaitDeafly()));
        return Running.offering(sources, "orders");
    }

    @BeforeAll
    static void open() {
        server = start();
    }

    @AfterAll
    static void close() {
        over = true;
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatThrowsBeforeItsFirstItemIsAStatus(Format format) throws IOException {
        Answer answer = format.answer("at-once");
        assertThat(answer.head).startsWith("HTTP/1.1 500 ").containsIgnoringCase("application/problem+json");
        assertThat(answer.body)
                .contains("\"code\":\"internal\"", "the source failed")
                .doesNotContain("sent so far", "secret", "/etc", "Exception");
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatThrowsLaterNeverLooksComplete(Format format) throws IOException {
        Answer answer = format.answer("later");
        assertThat(answer.head).startsWith("HTTP/1.1 200 ");
        assertThat(answer.body).contains("0").contains("1").contains("2");
        format.assertStopped(answer, "internal");
    }

    @ParameterizedTest
    @EnumSource
    void aCleanUpThatThrowsAfterTheLastItemNeverLooksComplete(Format format) throws IOException {
        Answer answer = format.answer("cleaning-up");
        assertThat(answer.body).contains("3");
        format.assertStopped(answer, "internal");
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatHangsIsCancelledOnceItsClientLeaves(Format format) throws IOException {
        int before = CANCELLED.get();
        try (Socket socket = format.ask(server, "hanging")) {
            StringBuilder seen = new StringBuilder();
            long end = System.nanoTime() + NOTICED.toNanos();
            while (!behindTheRows(seen).contains(format.heartbeat)
                    || !seen.toString().contains("2")) {
                int octet = socket.getInputStream().read();
                assertThat(octet).as("seen so far: %s", seen).isNotNegative();
                assertThat(System.nanoTime()).as("seen so far: %s", seen).isLessThan(end);
                seen.append((char) octet);
            }
        }
        awaitCancelled(before);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatLeavesFreesItsStreamWhateverItsSourceDoes(Format format) throws IOException {
        for (String source : List.of("silent", "endless", "failing", "deaf")) {
            int before = CANCELLED.get();
            try (Socket socket = format.ask(server, source)) {
                if (!source.equals("silent")) {
                    assertThat(socket.getInputStream().readNBytes(100))
                            .as(source)
                            .hasSize(100);
                }
            }
            Stage.await(
                    source + " is over",
                    NOTICED,
                    () -> server.get("/metrics").body().contains("weir_streams_open 0")
                            && (source.equals("deaf") || CANCELLED.get() > before));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMadeForABodyIsCancelledOnceItsClientLeaves(Via via) {
        int before = CANCELLED.get();
        URI base = URI.create(via == Via.GRPC ? "http://" + server.ready.grpc() : server.ready.http());
        try (RemoteSource remote = RemoteSource.of(via, base);
                Probe probe = Probe.open(remote, "endless", Bytes.utf8("a prompt"))) {
            assertThat(probe.next(Event.class).data().toText()).isEqualTo("[0]");
        }
        awaitCancelled(before);
    }

    private static void awaitCancelled(int before) {
        Stage.await("the source is cancelled", NOTICED, () -> CANCELLED.get() > before);
        Stage.await(
                "the stream is over",
                NOTICED,
                () -> server.get("/metrics").body().contains("weir_streams_open 0"));
    }

    /** What has come in chunks of their own behind the last row. */
    private static String behindTheRows(StringBuilder seen) {
        int last = seen.lastIndexOf("[2]");
        int chunk = last < 0 ? -1 : seen.indexOf("\r\n", last);
        return chunk < 0 ? "" : seen.substring(chunk);
    }

    @Test
    void whatHangsIsStoppedInItsOwnWordsWhenTheServerEnds() throws IOException {
        Map<Format, Socket> clients = new LinkedHashMap<>();
        try (Running own = start()) {
            for (Format format : Format.values()) {
                clients.put(format, format.ask(own, "hanging"));
            }
            Stage.await(
                    "all are open",
                    NOTICED,
                    () -> own.get("/metrics").body().contains("weir_streams_open " + clients.size()));
            own.node.close();
            for (Map.Entry<Format, Socket> client : clients.entrySet()) {
                client.getKey().assertStopped(Answer.of(rest(client.getValue())), "shutdown");
            }
        } finally {
            for (Socket socket : clients.values()) {
                socket.close();
            }
        }
    }
}
