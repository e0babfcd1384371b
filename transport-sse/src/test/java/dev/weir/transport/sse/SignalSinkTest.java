package dev.weir.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.transport.http.HttpListener;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalSinkTest {

    @Test
    void aHandlerMakesItsEventsItself() throws Exception {
        WebServer server = HttpListener.tune(WebServer.builder())
                .host("127.0.0.1")
                .shutdownHook(false)
                .routing(routing -> routing.get("/ticks", (request, response) -> {
                    try (SignalSink sink = response.sink(SignalSink.TYPE)) {
                        sink.emit(Event.of("tick", "1\n2")).emit(new Signal.End("", 1));
                    }
                }))
                .build()
                .start();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/ticks"))
                    .timeout(Duration.ofSeconds(10))
                    .header("Accept", "text/event-stream")
                    .build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.headers().firstValue("x-accel-buffering")).hasValue("no");
            assertThat(response.body()).isEqualTo("""
                    retry: 2000

                    event: tick
                    data: 1
                    data: 2

                    id: .end
                    event: stream-end
                    data: {"control":"end","events":1}

                    """);
        } finally {
            server.stop();
        }
    }
}
