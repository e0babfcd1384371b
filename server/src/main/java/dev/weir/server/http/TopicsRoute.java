package dev.weir.server.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.server.topics.Catalogue;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Set;

/** {@code GET /topics}: the topics, and where each is read and publishable; and the streams that are no topics. */
final class TopicsRoute implements Handler {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Catalogue catalogue;
    private final Set<String> publishable;
    private final String grpc;

    /** @param publishable the topics that can be published to; all others fill themselves */
    TopicsRoute(Catalogue catalogue, Set<String> publishable, String grpc) {
        this.catalogue = catalogue;
        this.publishable = publishable;
        this.grpc = grpc;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode topics = answer.putArray("topics");
        catalogue.partitions().forEach((name, partitions) -> {
            ObjectNode topic = readable(topics.addObject().put("name", name).put("partitions", partitions), name);
            if (publishable.contains(name)) {
                topic.put("publish", "/topics/" + name + "/events");
            }
        });
        ArrayNode streams = answer.putArray("streams");
        catalogue.offered().forEach(name -> readable(streams.addObject().put("name", name), name));
        answer.put("grpc", grpc);
        Body.json(response, answer.toString());
    }

    private static ObjectNode readable(ObjectNode told, String name) {
        return told.put("events", "/events/" + name).put("stream", "/streams/" + name);
    }
}
