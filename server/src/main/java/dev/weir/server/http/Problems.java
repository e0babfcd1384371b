package dev.weir.server.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.Refusal;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

/** Answers "no" as problem details (RFC 9457), as the streams do. */
final class Problems {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Problems() {}

    static void send(ServerResponse response, Refusal why) {
        if (!why.retryAfter().isZero()) {
            response.header(
                    HeaderNames.RETRY_AFTER,
                    String.valueOf(Math.ceilDiv(why.retryAfter().toMillis(), 1000)));
        }
        send(response, Status.create(why.code().http()), why.code().toString(), why.getMessage());
    }

    static void send(ServerResponse response, Status status, String code, String detail) {
        ObjectNode problem = JSON.createObjectNode();
        problem.put("type", "about:blank");
        problem.put("title", status.reasonPhrase());
        problem.put("status", status.code());
        problem.put("code", code);
        problem.put("detail", detail);
        response.status(status)
                .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/problem+json"))
                .header(HeaderValues.CACHE_NO_CACHE);
        Body.send(response, problem.toString());
    }
}
