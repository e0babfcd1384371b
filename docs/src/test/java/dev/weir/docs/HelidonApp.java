package dev.weir.docs;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedService;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.sse.SseService;
import io.helidon.webserver.WebServer;
import java.time.Duration;

/** Streams on the listener of an application. */
final class HelidonApp implements AutoCloseable {

    private final Topic orders = new Topic("orders");
    private final Sources sources = new Sources().register("orders", orders);
    private final SseService sse = new SseService(sources);
    private final ChunkedService ndjson = new ChunkedService(sources);
    private final WebServer server;

    // snippet:helidon
    HelidonApp(int port) {
        server = HttpListener.tune(WebServer.builder())
                .host("127.0.0.1")
                .port(port)
                .routing(routing -> routing.register("/events", sse)
                        .register("/streams", ndjson)
                        .post("/orders", (request, response) -> {
                            orders.publish(Event.of("placed", request.content().as(String.class)));
                            response.status(201).send();
                        }))
                .build()
                .start();
    }
    // end:helidon

    int port() {
        return server.port();
    }

    int streams() {
        return sources.open();
    }

    // snippet:close
    @Override
    public void close() {
        sources.stop(Code.SHUTDOWN, "come back with the last id", Duration.ofSeconds(1));
        sse.close();
        ndjson.close();
        server.stop();
        sources.close();
        orders.close();
    }
    // end:close
}
