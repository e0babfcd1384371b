package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.client.RemoteSource;
import dev.weir.tck.Stage;
import dev.weir.transport.chunked.ChunkedService;
import dev.weir.transport.sse.SseService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HelidonAppTest {

    @Test
    void ordersAreReadOverBothTransports() throws Exception {
        try (HelidonApp app = new HelidonApp(0)) {
            URI base = URI.create("http://127.0.0.1:" + app.port());
            place(base, "one");
            place(base, "two");
            try (RemoteSource sse = RemoteSource.of(RemoteSource.Via.SSE, base);
                    RemoteSource ndjson = RemoteSource.of(RemoteSource.Via.NDJSON, base)) {
                assertThat(read(sse)).containsExactly("one", "two");
                assertThat(read(ndjson)).containsExactly("one", "two");
            }
        }
    }

    @Test
    void aClientFollowsATopic() throws Exception {
        try (HelidonApp app = new HelidonApp(0)) {
            URI base = URI.create("http://127.0.0.1:" + app.port());
            Queue<Event> seen = new ConcurrentLinkedQueue<>();
            try (RemoteSource sse = RemoteSource.of(RemoteSource.Via.SSE, base)) {
                Thread follower = Thread.ofVirtual().start(() -> follow(sse, seen));
                Stage.await("the stream is open", Duration.ofSeconds(10), () -> app.streams() == 1);
                place(base, "one");
                Stage.await("the event is there", Duration.ofSeconds(10), () -> seen.size() == 1);
                follower.interrupt();
                follower.join();
            }
        }
    }

    @Test
    void anotherTransportIsOneWord() throws Exception {
        try (ReportApp app = new ReportApp(0, SseService::new)) {
            assertThat(get(app, "year=2025")).startsWith("retry:").contains("data: [\"2025-1\",100]\n");
            assertThat(get(app, "year=x")).contains("\"status\":400", "year=x");
        }
        try (ReportApp app = new ReportApp(0, ChunkedService::new)) {
            assertThat(get(app, "year=2025&format=csv"))
                    .startsWith("month,orders\r\n2025-1,100\r\n")
                    .endsWith("2025-12,1200\r\n");
            assertThat(get(app, "year=x")).contains("\"status\":400", "year=x");
        }
    }

    private static String get(ReportApp app, String query) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + app.port() + "/exports/report?" + query);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static void follow(RemoteSource remote, Queue<Event> seen) {
        try {
            RemoteReader.follow(RemoteReader.lasting(remote), "orders", seen::add);
        } catch (Refusal interrupted) {
            assertThat(interrupted.code()).isEqualTo(Code.SHUTDOWN);
        }
    }

    private static void place(URI base, String order) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(base.resolve("/orders"))
                    .POST(BodyPublishers.ofString(order))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(201);
        }
    }

    private static List<String> read(RemoteSource remote) {
        List<Signal> signals = new ArrayList<>();
        Subscription all = Subscription.parse(
                "orders?from=earliest&until=latest", Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
        Embedding.read(subscription -> remote.open(all), "orders", signals::add);
        List<String> orders = new ArrayList<>();
        for (Signal signal : signals) {
            if (signal instanceof Event event && event.data() != null) {
                orders.add(event.data().toText());
            }
        }
        return orders;
    }
}
