package dev.weir.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** What comes from resources as it is: the console, and the descriptions of the interface. */
final class Pages {

    private static final String POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, String> CONSOLE = Map.of(
            "console.js", "text/javascript",
            "snippets.js", "text/javascript",
            "sse.js", "text/javascript",
            "tail.js", "text/javascript",
            "console.css", "text/css",
            "icon.svg", "image/svg+xml");

    private Pages() {}

    static void descriptions(Routes routes) {
        routes.get("/openapi.yaml", page("openapi.yaml", "application/yaml"));
        routes.get("/asyncapi.yaml", page("asyncapi.yaml", "application/yaml"));
    }

    static void console(Routes routes) {
        routes.get("/", page("console/index.html", "text/html;charset=utf-8"));
        CONSOLE.forEach(
                (name, type) -> routes.get("/console/" + name, page("console/" + name, type + ";charset=utf-8")));
    }

    private static Handler page(String resource, String type) {
        byte[] content = read(resource);
        return (request, response) -> {
            response.header(HeaderNames.CONTENT_TYPE, type)
                    .header(HeaderNames.CACHE_CONTROL, "no-cache")
                    .header(HeaderNames.create("Content-Security-Policy"), POLICY)
                    .header(HeaderNames.create("Referrer-Policy"), "no-referrer");
            Body.send(response, content);
        };
    }

    private static byte[] read(String resource) {
        try (InputStream in = Pages.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
