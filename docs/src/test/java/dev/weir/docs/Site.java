package dev.weir.docs;

import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedService;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.sse.SseService;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;

/** A server of one topic, behind a {@link Hop}: streams over HTTP together with the pages that read them, or streams over gRPC. */
final class Site implements AutoCloseable {

    private final Sources sources;
    private final AutoCloseable server;
    private final Hop hop;

    private Site(Sources sources, AutoCloseable server, Hop hop) {
        this.sources = sources;
        this.server = server;
        this.hop = hop;
    }

    static Site overHttp(Topic topic, int port) throws IOException {
        Sources sources = new Sources().register(ClientsTest.TOPIC, topic);
        SseService sse = new SseService(sources);
        ChunkedService ndjson = new ChunkedService(sources);
        WebServer server = HttpListener.tune(WebServer.builder())
                .bindAddress(ClientsTest.at(0))
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofMillis(100))
                .routing(routing -> routing.register("/events", sse)
                        .register("/streams", ndjson)
                        .get("/{file}", Site::file))
                .build()
                .start();
        AutoCloseable all = () -> {
            sse.close();
            ndjson.close();
            server.stop();
        };
        return new Site(sources, all, new Hop(port, server.port()));
    }

    static Site overGrpc(Topic topic, int port) throws IOException {
        Sources sources = new Sources().register(ClientsTest.TOPIC, topic);
        Endpoint server = new GrpcTransport().open(sources, ClientsTest.at(0));
        return new Site(sources, server, new Hop(port, server.address().getPort()));
    }

    private static void file(ServerRequest request, ServerResponse response) {
        String name = request.path().pathParameters().get("file");
        if (!name.equals("favicon.ico")) {
            response.header(HeaderNames.CONTENT_TYPE, name.endsWith(".mjs") ? "text/javascript" : "text/html");
            response.send(Pages.read(ClientsTest.SNIPPETS.resolve(name)));
        } else {
            response.status(404).send();
        }
    }

    Hop hop() {
        return hop;
    }

    int streams() {
        return sources.open();
    }

    long refusals() {
        return sources.refusals().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Tells every client to come back soon, and refuses those who do. */
    void stop() {
        sources.stop(Code.SHUTDOWN, "come back with the last id", Duration.ofMillis(100));
    }

    @Override
    public void close() throws Exception {
        hop.close();
        server.close();
        sources.close();
    }
}
