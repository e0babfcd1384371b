package dev.weir.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import dev.weir.tck.Stage;
import dev.weir.transport.http.HttpListener;
import io.helidon.webserver.WebServer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Helidon's own sink: what it does, and each rule that it does not keep, as it fails it. */
@Timeout(60)
class OfficialSinkServiceTest {

    private final Sources sources = new Sources();
    private final Topic topic = new Topic("orders");
    private final HttpClient http = HttpClient.newHttpClient();
    private WebServer server;

    @BeforeEach
    void open() {
        sources.register("orders", topic);
        server = HttpListener.tune(WebServer.builder())
                .host("127.0.0.1")
                .shutdownHook(false)
                .routing(routing -> routing.register("/official", new OfficialSinkService(sources)))
                .build()
                .start();
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        server.stop();
        sources.close();
        topic.close();
    }

    private HttpResponse<InputStream> get(String target) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/official/" + target))
                .timeout(Duration.ofSeconds(10))
                .header("Accept", "text/event-stream")
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    private String all() throws Exception {
        return new String(get("orders?from=earliest&until=latest").body().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void eventsArriveWithIdTypeAndData() throws Exception {
        String one = topic.publish(Event.of("t", "a\nb")).id();
        assertThat(all()).isEqualTo("""
                id:%s
                event:t
                data:a
                data:b

                id:%s
                event:stream-end
                data:{"control":"end","id":"%s","events":1}

                """.formatted(one, one, one));
    }

    @Test
    void refusalsAreTheSame() throws Exception {
        assertThat(get("none").statusCode()).isEqualTo(404);
    }

    @Test
    void aClientThatLeavesIsNoticed() throws Exception {
        HttpResponse<InputStream> response = get("orders?heartbeat=1");
        Stage.await("it is open", Duration.ofSeconds(10), () -> sources.open() == 1);
        response.body().close();
        Stage.await("it is closed", Duration.ofSeconds(10), () -> sources.open() == 0);
    }

    @Test
    void waiver_h1_noFirstBlockAndNoRetry() throws Exception {
        assertThat(all()).doesNotContain("retry").startsWith("id:");
    }

    @Test
    void waiver_w1_noSpaceAfterTheColonSoThatLeadingSpacesAreLost() throws Exception {
        topic.publish(Event.of("t", " indented"));
        assertThat(all()).contains("data: indented\n");
    }

    @Test
    void waiver_w1_aTrailingLineBreakIsLost() throws Exception {
        topic.publish(Event.of("t", "a\n"));
        assertThat(all()).contains("data:a\n\n");
    }

    @Test
    void waiver_w3_whatIsNoUtf8GoesRaw() throws Exception {
        topic.publish(Event.of("t", Bytes.owned(new byte[] {(byte) 0xff})));
        assertThat(get("orders?from=earliest&until=latest").body().readAllBytes())
                .contains(0xff);
    }

    @Test
    void waiver_w1_reservedTypesReachTheBrowser() throws Exception {
        topic.publish(Event.of("error", "a"));
        assertThat(all()).contains("event:error\n");
    }

    @Test
    void waiver_w4_proxiesMayBufferAndTransform() throws Exception {
        HttpResponse<InputStream> response = get("orders");
        assertThat(response.headers().firstValue("x-accel-buffering")).isEmpty();
        assertThat(response.headers().firstValue("cache-control")).hasValue("no-cache");
        assertThat(response.headers().firstValue("stream-position")).isEmpty();
        response.body().close();
    }

    @Test
    void waiver_e5_aFinishedStreamIsServedAgain() throws Exception {
        topic.publish(Event.of("t", "a"));
        assertThat(all()).doesNotContain(".end");
    }
}
