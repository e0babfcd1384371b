package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Refusal;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The routes of one listener: what a path answers to, and problem details for all the rest. */
final class Routes {

    private static final Logger LOG = System.getLogger(Routes.class.getName());

    private final HttpRouting.Builder routing;

    Routes(HttpRouting.Builder routing) {
        this.routing = routing;
        routing.error(Refusal.class, (request, response, why) -> Problems.send(response, why));
        routing.error(RuntimeException.class, Routes::failed);
    }

    /** A path to read. HEAD is answered alike, without the body. */
    Routes get(String path, Handler handler) {
        routing.get(path, handler);
        routing.head(path, handler);
        return others(path, "GET, HEAD, OPTIONS");
    }

    /** A path to send to. */
    Routes post(String path, Handler handler) {
        routing.post(path, handler);
        return others(path, "POST, OPTIONS");
    }

    /** Everything that no other route took. To be called last. */
    void rest() {
        routing.any((request, response) -> Problems.send(
                response, new Refusal(Code.NOT_FOUND, "there is nothing here; GET /topics lists topics")));
    }

    private Routes others(String path, String allowed) {
        routing.any(path, (request, response) -> {
            Method method = request.prologue().method();
            response.header(HeaderNames.ALLOW, allowed);
            if (method.equals(Method.OPTIONS)) {
                response.status(Status.NO_CONTENT_204).send();
            } else {
                Problems.send(response, new Refusal(Code.METHOD, method.text() + ": allowed are " + allowed));
            }
        });
        return this;
    }

    private static void failed(ServerRequest request, ServerResponse response, RuntimeException failure) {
        LOG.log(Level.ERROR, "a request failed", failure);
        Problems.send(response, new Refusal(Code.INTERNAL, "the request failed; try again later"));
    }
}
