package dev.weir.server.run;

import dev.weir.EventSource;
import dev.weir.server.config.Config;
import dev.weir.server.topics.MemoryCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The real assembly on free ports, with topics in this process, and a client to talk to it. */
public final class Running implements AutoCloseable {

    static {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    public final MemoryCluster cluster = new MemoryCluster();
    public final Node node;
    public final Ready ready;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private Running(Config config, Map<String, EventSource> offered) {
        node = Node.listen(config, offered);
        ready = node.ready("none:0");
    }

    public static Running with(String... topics) {
        return listening(OptionalInt.empty(), topics).served();
    }

    public static Running offering(Map<String, EventSource> offered, String... topics) {
        return new Running(config(OptionalInt.empty(), topics), offered).served();
    }

    public static Running withAdmin(String... topics) {
        return listening(OptionalInt.of(0), topics).served();
    }

    public static Running listening(OptionalInt admin, String... topics) {
        return new Running(config(admin, topics), Map.of());
    }

    private Running served() {
        node.serve(cluster);
        return this;
    }

    private static Config config(OptionalInt admin, String... topics) {
        return Config.DEFAULT
                .with(new Config.Listeners("127.0.0.1", 0, 0, "127.0.0.1", admin))
                .withTopics(List.of(topics))
                .withFiles("reports", Path.of("src/test/resources/reports"))
                .withDrain(Duration.ZERO)
                .withAccessTopic("access");
    }

    public Set<String> routes() {
        return node.routes();
    }

    public HttpResponse<String> get(String path) {
        return send(request(path));
    }

    public HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : ready.http() + path))
                .timeout(Duration.ofSeconds(20));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    @Override
    public void close() {
        node.close();
        cluster.close();
        client.shutdownNow();
    }
}
