package dev.weir.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.server.run.Running;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The OpenAPI and AsyncAPI documents tell what the server does, and all of it. */
@Timeout(60)
class DescriptionsTest {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

    private static Running server;
    private static JsonNode openapi;
    private static JsonNode asyncapi;

    @BeforeAll
    static void start() throws Exception {
        server = Running.offering(
                Map.of(
                        "echo",
                        asked -> Cold.run(
                                out -> out.emit(Event.of("said", asked.body().toText())))),
                "clock");
        server.post("/topics/clock/events", "{\"a\":1}");
        openapi = new YAMLMapper().readTree(server.get("/openapi.yaml").body());
        asyncapi = new YAMLMapper().readTree(server.get("/asyncapi.yaml").body());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyOperationAnswersAsDescribed() {
        openapi.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        boolean asking = operation.getKey().equals("post") && isStream(path.getKey());
                        HttpResponse<String> answer =
                                call(operation.getKey(), path.getKey(), asking ? "echo" : "clock", "");
                        JsonNode described =
                                operation.getValue().path("responses").path(String.valueOf(answer.statusCode()));
                        String type = answer.headers()
                                .firstValue("content-type")
                                .orElse("")
                                .replaceAll(";.*", "");

                        assertThat(answer.statusCode()).as(path.getKey()).isBetween(200, 201);
                        assertThat(described.isMissingNode()).as(path.getKey()).isFalse();
                        assertThat(resolved(described).path("content").has(type))
                                .as(path.getKey() + " " + type)
                                .isTrue();
                    }
                }));
    }

    @Test
    void refusalsAreDescribed() {
        assertDescribed("get", "/events/{topic}", call("get", "/events/{topic}", "unknown", ""));
        assertDescribed("get", "/events/{topic}", call("get", "/events/{topic}", "clock", "?from=x"));
        assertDescribed("get", "/streams/{topic}", call("get", "/streams/{topic}", "clock", "?from=latest&after=x"));
        assertDescribed("post", "/events/{topic}", call("post", "/events/{topic}", "clock", ""));
        assertDescribed("post", "/streams/{topic}", call("post", "/streams/{topic}", "unknown", ""));
        assertDescribed("post", "/topics/{topic}/events", call("post", "/topics/{topic}/events", "unknown", ""));
        assertDescribed("post", "/topics/{topic}/events", call("post", "/topics/{topic}/events", "clock", "?x=1"));
    }

    @Test
    void everyRouteIsDescribed() {
        Set<String> described = new TreeSet<>();
        openapi.path("paths").fieldNames().forEachRemaining(described::add);
        described.remove("/console/{file}");
        openapi.at("/paths/~1console~1{file}/parameters/0/schema/enum")
                .forEach(file -> described.add("/console/" + file.asText()));

        assertThat(server.routes()).isNotEmpty();
        assertThat(described).containsExactlyInAnyOrderElementsOf(server.routes());
    }

    @Test
    void everyParameterOfAStreamIsTaken() {
        JsonNode parameters = openapi.at("/paths/~1events~1{topic}/get/parameters");
        List<String> names = new ArrayList<>();
        parameters.forEach(
                parameter -> names.add(resolved(parameter).path("name").asText()));
        HttpResponse<String> unknown = call("get", "/events/{topic}", "clock", "?nonsense=1");

        names.removeAll(List.of("Last-Event-ID", "done", "compress"));
        assertThat(unknown.statusCode()).isEqualTo(400);
        String allowed = unknown.body().replaceAll(".*allowed are ([a-z, .<>-]+).*", "$1");
        assertThat(allowed.split(", ")).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void messagesAreThoseOnTheWire() throws Exception {
        String[] lines = server.get("/streams/clock?from=earliest&until=latest")
                .body()
                .strip()
                .split("\n");

        assertThat(lines).hasSizeGreaterThanOrEqualTo(3);
        for (String line : lines) {
            JsonNode signal = new YAMLMapper().readTree(line);
            String name = signal.path("control").asText("event");
            JsonNode payload = asyncapi.at("/components/messages/" + name + "/payload");
            assertThat(payload.isMissingNode()).as(name).isFalse();
            signal.fieldNames()
                    .forEachRemaining(
                            field -> assertThat(payload.path("properties").has(field))
                                    .as(name + "." + field)
                                    .isTrue());
            payload.path("required")
                    .forEach(field -> assertThat(signal.has(field.asText()))
                            .as(name + "." + field)
                            .isTrue());
        }
        assertThat(asyncapi.at("/channels/events/address").asText()).isEqualTo("/events/{topic}");
    }

    private static void assertDescribed(String method, String path, HttpResponse<String> answer) {
        JsonNode responses = openapi.path("paths").path(path).path(method).path("responses");
        JsonNode described = resolved(responses.path(String.valueOf(answer.statusCode())));
        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(described.at("/content/application~1problem+json").isMissingNode())
                .as(path + " " + answer.statusCode())
                .isFalse();
    }

    private static boolean isStream(String path) {
        return path.startsWith("/events/") || path.startsWith("/streams/");
    }

    private static HttpResponse<String> call(String method, String path, String topic, String query) {
        boolean several = path.equals("/events") || path.equals("/streams");
        boolean stream = several || isStream(path);
        String asked = stream && query.isEmpty() ? "?until=latest" + (several ? "&topic=" + topic : "") : query;
        HttpRequest.Builder request = server.request(path.replace("{topic}", topic)
                        .replace("{file}", "console.css")
                        .replace("{folder}/{path}", "reports/report.txt")
                + asked);
        return server.send(method.equals("get") ? request : request.POST(BodyPublishers.ofString("x")));
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? openapi.at(node.path("$ref").asText().substring(1)) : node;
    }
}
