package dev.weir.server.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.server.topics.Catalogue;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;

/** Whether the process lives, has started, and takes new streams; the reasons if it doesn't. Safe for any number of threads. */
public final class Health {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Catalogue catalogue;
    private volatile boolean started;
    private volatile boolean draining;

    /**
     * A server that has not started yet.
     *
     * @param catalogue tells whether the cluster answers
     */
    public Health(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Everything has been started. */
    public void started() {
        started = true;
    }

    /** The end has begun: no new streams, please. */
    public void draining() {
        draining = true;
    }

    void routes(Routes routes) {
        routes.get("/health/live", (request, response) -> answer(response, List.of()));
        routes.get(
                "/health/started", (request, response) -> answer(response, started ? List.of() : List.of("starting")));
        routes.get("/health/ready", (request, response) -> answer(response, unready()));
    }

    private List<String> unready() {
        List<String> reasons = new ArrayList<>();
        if (!started) {
            reasons.add("starting");
        }
        if (draining) {
            reasons.add("draining");
        }
        if (started && !catalogue.available()) {
            reasons.add("the Kafka cluster does not answer");
        }
        return reasons;
    }

    private static void answer(ServerResponse response, List<String> reasons) {
        ObjectNode answer = JSON.createObjectNode().put("status", reasons.isEmpty() ? "up" : "down");
        if (!reasons.isEmpty()) {
            reasons.forEach(answer.putArray("reasons")::add);
            response.status(Status.SERVICE_UNAVAILABLE_503);
        }
        Body.json(response, answer.toString());
    }
}
