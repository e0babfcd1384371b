package dev.weir.transport.http;

import dev.weir.Signal;
import dev.weir.Start;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is said behind the last chunk to a client that has asked for it with {@code TE: trailers} (RFC 9112, section 7.1.2). */
final class Trailers {

    private static final String STATUS = "Stream-Status";
    private static final String POSITION = "Stream-Position";

    /** What the web server adds of its own, and without a value. */
    static final HeaderName OF_THE_WEB_SERVER = HeaderNames.create("stream-result");

    /** The header that announces them. */
    static final Header NAMES = HeaderValues.createCached(HeaderNames.TRAILER, STATUS + ", " + POSITION);

    private Trailers() {}

    static boolean asked(ServerRequest request) {
        return request.headers().containsToken(HeaderValues.TE_TRAILERS);
    }

    /** In the order in which they are sent. */
    static Map<String, String> of(Signal last) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(STATUS, last instanceof Signal.Stop stop ? stop.code().toString() : "complete");
        if (Start.isId(last.id())) {
            fields.put(POSITION, last.id());
        }
        return fields;
    }

    /** The chunk of length 0, they, and the end of the body. */
    static byte[] lastChunk(Signal last) {
        StringBuilder text = new StringBuilder("0\r\n");
        of(last).forEach((name, value) ->
                text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }
}
