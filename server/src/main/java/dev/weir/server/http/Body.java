package dev.weir.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** The bodies of answers: sent whole, or only measured for HEAD. */
final class Body {

    private static final io.helidon.http.Header NO_SNIFF =
            HeaderValues.createCached("X-Content-Type-Options", "nosniff");

    private Body() {}

    static void json(ServerResponse response, String json) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        send(response, json);
    }

    static void send(ServerResponse response, String text) {
        send(response, text.getBytes(StandardCharsets.UTF_8));
    }

    static void send(ServerResponse response, byte[] bytes) {
        response.header(NO_SNIFF);
        response.send(bytes);
    }
}
