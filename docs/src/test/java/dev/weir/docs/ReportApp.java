package dev.weir.docs;

import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.http.StreamService;
import io.helidon.webserver.WebServer;
import java.util.List;
import java.util.function.Function;

/** An application that exports a report, over a transport that is one word. */
final class ReportApp implements AutoCloseable {

    private final Sources sources = new Sources();
    private final StreamService streams;
    private final WebServer server;

    // snippet:app
    ReportApp(int port, Function<EventSource, StreamService> transport) {
        sources.register("report", ReportApp::report);
        streams = transport.apply(sources);
        server = HttpListener.tune(WebServer.builder())
                .host("127.0.0.1")
                .port(port)
                .routing(routing -> routing.register("/exports", streams))
                .build()
                .start();
    }

    private static Cursor report(Subscription asked) {
        asked.refuseOtherParameters("year");
        asked.refuseOtherBounds();
        long year = asked.number("year", 2000, 2099, 2026); // 400 before the first byte
        return Cold.run(List.of("month", "orders"), out -> {
            for (int month = 1; month <= 12; month++) {
                out.emit(Event.of("row", "[\"" + year + "-" + month + "\"," + month * 100 + "]"));
            }
        });
    }
    // end:app

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        streams.close();
        server.stop();
        sources.close();
    }
}
