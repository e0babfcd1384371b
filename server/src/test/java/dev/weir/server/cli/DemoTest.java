package dev.weir.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.client.RemoteSource;
import dev.weir.client.RemoteSource.Via;
import dev.weir.tck.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process, with its real broker: start, every transport, a kill, a restart on the same data, the end. */
@Timeout(240)
class DemoTest {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path directory;

    @Test
    void anEventIsReadOnceAcrossTransportsAndAKill() throws Exception {
        Path lines = Files.writeString(
                directory.resolve("lines"),
                IntStream.range(0, 3000).mapToObj(i -> "n" + i).collect(Collectors.joining("\n")));
        List<String> read = new ArrayList<>();
        String after;
        try (Child demo = demo("first")) {
            JsonNode ready = demo.ready(directory.resolve("first"));
            assertThat(ready.path("pid").asLong()).isEqualTo(demo.process.pid());
            // It is told once the file is written.
            Awaitility.await()
                    .untilAsserted(() -> assertThat(demo.out())
                            .contains("curl -N '" + ready.path("http").asText() + "/events/clock'", "kcat"));
            assertThat(get(ready, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(ready, "/events/system?from=last:1&limit=1").body()).contains("\"cpu\"");
            try (Child publish = Child.weir(
                    lines, "publish", "playground", "--http", ready.path("http").asText())) {
                assertThat(publish.exit()).as(publish::err).isZero();
            }
            after = tail(ready, "sse", List.of("--from", "earliest"), 1000, read);
            after = tail(ready, "ndjson", List.of("--after", after), 1000, read);
            demo.signal("KILL");
            assertThat(demo.exit()).isEqualTo(137);
        }
        try (Child demo = demo("second")) {
            JsonNode ready = demo.ready(directory.resolve("second"));
            tail(ready, "grpc", List.of("--after", after), 1000, read);
            demo.signal("TERM");
            assertThat(demo.exit()).as(demo::err).isZero();
        }
        assertThat(read)
                .containsExactlyElementsOf(
                        IntStream.range(0, 3000).mapToObj(i -> "\"n" + i + "\"").toList());
    }

    @Test
    void itEndsCleanlyAndTellsItsClients() throws Exception {
        try (Child demo = demo("ready")) {
            JsonNode ready = demo.ready(directory.resolve("ready"));
            HttpResponse<InputStream> stream =
                    client.send(request(ready, "/streams/clock?from=last:1").build(), BodyHandlers.ofInputStream());
            CompletableFuture<String> rest = CompletableFuture.supplyAsync(() -> all(stream.body()));

            long begin = System.nanoTime();
            demo.signal(Child.interruptible() ? "INT" : "TERM");

            assertThat(demo.exit()).as(demo::err).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
            assertThat(rest.get(10, TimeUnit.SECONDS)).contains("\"control\":\"stop\"", "\"code\":\"shutdown\"");
            assertThat(demo.err()).doesNotContain("WARN", "ERROR", "Exception");
        }
    }

    @Test
    void theStreamsMadeForOneAreReadOverEveryTransport() throws Exception {
        try (Child demo = demo("ready")) {
            JsonNode ready = demo.ready(directory.resolve("ready"));
            for (Via via : Via.values()) {
                String base = via == Via.GRPC
                        ? "http://" + ready.path("grpc").asText()
                        : ready.path("http").asText();
                try (RemoteSource remote = RemoteSource.of(via, URI.create(base))) {
                    assertThat(data(remote, "report?rows=3", ""))
                            .as("%s", via)
                            .hasSize(3)
                            .allMatch(row -> row.startsWith("[") && row.endsWith("]"));
                    assertThat(data(remote, "checksums", ""))
                            .as("%s", via)
                            .last()
                            .asString()
                            .contains("\"result\":");
                    assertThat(data(remote, "tokens?tokens=5&rate=1000&seed=1", "The river"))
                            .as("%s", via)
                            .isNotEmpty();
                    assertThat(data(remote, "log?from=earliest&limit=1", ""))
                            .as("%s", via)
                            .hasSize(1);
                    Refusal no = catchThrowableOfType(Refusal.class, () -> data(remote, "report?rows=many", ""));
                    assertThat(no.code()).as("%s", via).isEqualTo(Code.BAD_REQUEST);
                    assertThat(no.getMessage()).as("%s", via).contains("rows=many");
                }
            }
            assertThat(get(ready, "/streams/report?rows=2&format=csv&footer=true")
                            .body())
                    .startsWith("id,day,product,pieces,price\r\n")
                    .endsWith("\"#end\",2\r\n");
            assertThat(get(ready, "/streams/checksums?envelope=status").body())
                    .contains("\"starting\"", "\"complete\"");
            assertThat(get(ready, "/events/tokens?tokens=2&rate=1000&done=true").body())
                    .contains("data: [DONE]");
            HttpResponse<String> log = download(ready, "/files/logs/system.log");
            assertThat(log.statusCode()).isEqualTo(200);
            assertThat(log.headers().firstValue("content-disposition")).isPresent();
        }
    }

    private static List<String> data(RemoteSource remote, String wanted, String body) {
        try (Probe probe = Probe.open(remote, wanted, Bytes.utf8(body)).within(Duration.ofSeconds(60))) {
            return probe.rest().stream().map(event -> event.data().toText()).toList();
        }
    }

    private Child demo(String readyFile) {
        return Child.weir(
                "demo",
                "--http-port",
                "0",
                "--grpc-port",
                "0",
                "--kafka-port",
                "0",
                "--data",
                directory.resolve("data").toString(),
                "--ready-file",
                directory.resolve(readyFile).toString());
    }

    /** Adds the data that a tail printed; returns the last id. */
    private static String tail(JsonNode ready, String via, List<String> start, int limit, List<String> read) {
        List<String> command = new ArrayList<>(List.of("tail", "playground", "--full", "--via", via));
        command.addAll(start);
        command.addAll(List.of(
                "--limit",
                String.valueOf(limit),
                "--http",
                ready.path("http").asText(),
                "--grpc",
                ready.path("grpc").asText()));
        try (Child tail = Child.weir(command.toArray(String[]::new))) {
            assertThat(tail.exit()).as(tail::err).isZero();
            List<String> lines = tail.out().lines().toList();
            assertThat(lines).hasSize(limit);
            lines.forEach(line -> read.add(line.replaceAll(".*\"data\":(\"n[0-9]+\").*", "$1")));
            return lines.get(lines.size() - 1).replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
        }
    }

    private HttpResponse<String> get(JsonNode ready, String path) throws IOException, InterruptedException {
        return client.send(request(ready, path).build(), BodyHandlers.ofString());
    }

    /** A log that grows while it is sent breaks the answer; it is asked for again. */
    private HttpResponse<String> download(JsonNode ready, String path) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try {
                return get(ready, path);
            } catch (IOException broken) {
                if (System.nanoTime() > deadline) {
                    throw broken;
                }
            }
        }
    }

    private static HttpRequest.Builder request(JsonNode ready, String path) {
        return HttpRequest.newBuilder(URI.create(ready.path("http").asText() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private static String all(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException cut) {
            return "cut: " + cut;
        }
    }
}
