package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.transport.http.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/** The routes of one listener: what a path answers to, and problem details for all the rest. */
final class Routes {

    private static final Logger LOG = System.getLogger(Routes.class.getName());

    private final HttpRouting.Builder routing;
    private final List<String> paths = new ArrayList<>();

    Routes(HttpRouting.Builder routing) {
        this.routing = routing;
        routing.error(Refusal.class, (request, response, why) -> Problem.of(why).send(response));
        routing.error(RuntimeException.class, Routes::failed);
    }

    /** A service that serves streams under a path. */
    Routes streams(String path, HttpService service) {
        routing.register(path, service);
        paths.add(path);
        paths.add(path + "/{topic}");
        return this;
    }

    /** The files of a folder. */
    Routes files(String name, HttpService folder) {
        routing.register("/files/" + name, folder);
        paths.add("/files/{folder}/{path}");
        return this;
    }

    /** A path to read. HEAD is answered alike, without the body. */
    Routes get(String path, Handler handler) {
        paths.add(path);
        routing.get(path, handler);
        routing.head(path, handler);
        return others(path, "GET, HEAD, OPTIONS");
    }

    /** A path to send to. */
    Routes post(String path, Handler handler) {
        paths.add(path);
        routing.post(path, handler);
        return others(path, "POST, OPTIONS");
    }

    /** Everything that no other route took. To be called last. */
    void rest() {
        routing.any((request, response) -> Problem.of(
                        new Refusal(Code.NOT_FOUND, "there is nothing here; GET /topics lists topics"))
                .send(response));
    }

    /** Every path with an answer of its own. */
    List<String> paths() {
        return paths;
    }

    private Routes others(String path, String allowed) {
        routing.any(path, (request, response) -> {
            Method method = request.prologue().method();
            response.header(HeaderNames.ALLOW, allowed);
            if (method.equals(Method.OPTIONS)) {
                response.status(Status.NO_CONTENT_204).send();
            } else {
                Problem.of(new Refusal(Code.METHOD, method.text() + ": allowed are " + allowed))
                        .send(response);
            }
        });
        return this;
    }

    private static void failed(ServerRequest request, ServerResponse response, RuntimeException failure) {
        if (failure instanceof UncheckedIOException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
        LOG.log(Level.ERROR, "a request failed", failure);
        Problem.of(new Refusal(Code.INTERNAL, "the request failed; try again later"))
                .send(response);
    }
}
