package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Sources;
import dev.weir.hub.Task;
import dev.weir.tck.Probe;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.sse.SseTransport;
import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ColdStreamsTest {

    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Sources sources = new Sources();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.shutdownNow();
        sources.close();
    }

    private String lines(EventSource source, String query) throws Exception {
        try (Endpoint endpoint = new ChunkedTransport().open(sources.register("stream", source), FREE)) {
            return send(endpoint, "/streams/stream?" + query, HttpRequest.BodyPublishers.noBody());
        }
    }

    private String send(Endpoint endpoint, String target, HttpRequest.BodyPublisher body) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + target);
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(10))
                .method("POST", body)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void aLoopIsAStream() throws Exception {
        assertThat(lines(ColdStreams::squares, "count=3&format=text")).isEqualTo("1\n4\n9\n");
        assertThat(lines(ColdStreams::squares, "count=0")).contains("\"status\":400", "count=0");
        assertThat(lines(ColdStreams::squares, "cuont=1")).contains("\"status\":400", "allowed are count, topic");
        assertThat(lines(ColdStreams::squares, "after=x.1")).contains("\"status\":400", "can't be resumed");
        assertThat(lines(ColdStreams::squares, "until=latest")).contains("\"status\":400", "knows no such end");
    }

    @Test
    void whateverCanBeReadIsAStream() throws Exception {
        List<String> words = List.of("one", "two");
        assertThat(lines(asked -> ColdStreams.of(words.iterator()), "format=text"))
                .isEqualTo("one\ntwo\n");
        assertThat(lines(asked -> ColdStreams.of(Stream.of("one", "two")), "format=text"))
                .isEqualTo("one\ntwo\n");
        byte[] bytes = "x".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        assertThat(lines(asked -> ColdStreams.of(new ByteArrayInputStream(bytes)), "format=raw"))
                .isEqualTo("x".repeat(20_000));
        assertThat(lines(asked -> ColdStreams.of(CompletableFuture.completedFuture("42")), "format=text"))
                .isEqualTo("42\n");
    }

    @Test
    void batchesAreOneTable() throws Exception {
        EventSource orders = asked -> ColdStreams.batches(after -> LongStream.rangeClosed(after + 1, after + 2)
                .filter(number -> number <= 3)
                .mapToObj(number -> new ColdStreams.Order(number, 7))
                .toList());
        assertThat(lines(orders, "format=csv&footer=true"))
                .isEqualTo("number,pieces\r\n1,7\r\n2,7\r\n3,7\r\n\"#end\",3\r\n");
    }

    @Test
    void whatHasNoEndGoesOnUntilItsClientHasEnough() throws Exception {
        assertThat(lines(asked -> ColdStreams.temperatures(() -> 21.5), "limit=2&format=text"))
                .isEqualTo("21.5\n21.5\n");
    }

    @Test
    void aLogIsReadAsItGrows(@TempDir Path folder) throws Exception {
        Path log = Files.writeString(folder.resolve("log"), "one\n");
        try (Probe probe = Probe.open(asked -> ColdStreams.tail(log), "log")) {
            assertThat(probe.texts(1)).containsExactly("one");
            Files.writeString(log, "two\n", StandardOpenOption.APPEND);
            assertThat(probe.texts(1)).containsExactly("two");
        }
    }

    @Test
    void aStreamWithIdsGoesOnBehindOne() throws Exception {
        assertThat(lines(ColdStreams::resumable, "limit=2&format=text")).isEqualTo("1\n4\n");
        assertThat(lines(ColdStreams::resumable, "limit=2&format=text&after=square.2"))
                .isEqualTo("9\n16\n");
        assertThat(lines(ColdStreams::resumable, "after=other.2")).contains("\"status\":400", "the id of a square");
        assertThat(lines(ColdStreams::resumable, "until=latest")).contains("\"status\":400", "until");
    }

    @Test
    void aFolderOfFilesIsServedBesideTheStreams(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("a.txt"), "content");
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .routing(routing -> ColdStreams.files(routing, folder))
                .build()
                .start();
        try {
            URI file = URI.create("http://127.0.0.1:" + server.port() + "/files/a.txt");
            HttpRequest request = HttpRequest.newBuilder(file)
                    .timeout(Duration.ofSeconds(10))
                    .header("Range", "bytes=3-")
                    .build();
            HttpResponse<String> part = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo("tent");
        } finally {
            server.stop();
        }
    }

    @Test
    void anItemThatFailsIsToldAndTheStreamGoesOn() throws Exception {
        assertThat(lines(asked -> ColdStreams.prices(List.of("1", "two", "3")), "envelope=status"))
                .containsSubsequence(
                        "\"starting\"",
                        "\"processing\"",
                        "\"data\":1}",
                        "\"chunk_error\"",
                        "\"item-failed\"",
                        "\"from\":1,\"to\":2",
                        "\"data\":3}",
                        "\"complete\"");
    }

    @Test
    void aTaskTellsItsProgress() throws Exception {
        try (Task sum = ColdStreams.sum(new int[] {1, 2, 3})) {
            assertThat(lines(sum, "envelope=none")).endsWith("{\"done\":3,\"total\":3,\"result\":{\"sum\":6}}\n");
        }
    }

    @Test
    void anAnswerComesTokenByToken() throws Exception {
        sources.register("model", asked -> ColdStreams.answer(asked, prompt -> prompt + " is a good question"));
        try (Endpoint endpoint = new SseTransport().open(sources, FREE)) {
            String answer = send(endpoint, "/events/model?done=true", HttpRequest.BodyPublishers.ofString("Why"));
            assertThat(answer)
                    .containsSubsequence("event: token\ndata: Why\n", "data:  is\n", "question\n", "data: [DONE]\n");
        }
    }

    @Test
    void aSourceWithoutIdsSaysThatItCannotBeResumed() throws Exception {
        try (Task sum = ColdStreams.sum(new int[] {1})) {
            assertThat(lines(sum, "after=1.a.b.c")).contains("\"status\":400", "can't be resumed");
        }
    }
}
