package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.server.topics.Catalogue;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /topics/{topic}/events}: publishing (rules P1 and P2). The body is one event's data, or with {@code Content-Type:
 * application/x-ndjson} an event a line.
 */
final class PublishRoute implements Handler {

    private static final Set<String> PARAMETERS = Set.of("key", "type", "envelope");

    private final Catalogue catalogue;
    private final int maxBodyBytes;

    PublishRoute(Catalogue catalogue, int maxBodyBytes) {
        this.catalogue = catalogue;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String topic = request.path().pathParameters().get("topic");
        boolean lines = lines(request);
        boolean full = full(request.query(), lines);
        int length = length(request);
        catalogue.requireVisible(topic);
        byte[] body = body(request, length);
        String key = one(request.query(), "key");
        String type = one(request.query(), "type");
        List<Event> batch = full
                ? EventsBody.envelopes(body, key, type)
                : lines ? EventsBody.lines(body, key, type) : EventsBody.whole(body, key, type);
        List<Publisher.Published> published = catalogue.publish(topic, batch);
        response.status(Status.CREATED_201);
        Body.json(response, json(published));
    }

    private static boolean lines(ServerRequest request) {
        if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
            throw new Refusal(Code.UNSUPPORTED, "Content-Encoding: none is accepted; send the body as it is");
        }
        String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        int semicolon = type.indexOf(';');
        String plain = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        return plain.toLowerCase(Locale.ROOT).equals("application/x-ndjson");
    }

    private static boolean full(Parameters query, boolean lines) {
        for (String name : query.names()) {
            if (!PARAMETERS.contains(name)) {
                throw new Refusal(
                        Code.BAD_REQUEST, shown(name) + ": unknown parameter; allowed are key, type, envelope");
            }
        }
        String envelope = one(query, "envelope");
        if (envelope == null || envelope.equals("none")) {
            return false;
        }
        if (!envelope.equals("full")) {
            throw new Refusal(Code.BAD_REQUEST, "envelope=" + shown(envelope) + ": allowed are full, none");
        }
        if (!lines) {
            throw new Refusal(Code.BAD_REQUEST, "envelope=full: needs Content-Type: application/x-ndjson");
        }
        return true;
    }

    private int length(ServerRequest request) {
        OptionalLong length = request.headers().contentLength();
        if (length.isEmpty()) {
            throw new Refusal(Code.LENGTH_REQUIRED, "Content-Length: missing; chunked bodies are not accepted");
        }
        if (length.getAsLong() > maxBodyBytes) {
            throw new Refusal(
                    Code.TOO_LARGE,
                    "the body has " + length.getAsLong() + " bytes; allowed are " + maxBodyBytes + " (max-body-bytes)");
        }
        return (int) length.getAsLong();
    }

    private static byte[] body(ServerRequest request, int length) {
        if (length == 0) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(length);
            if (body.length == length) {
                return body;
            }
        } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
        throw new CloseConnectionException("the client is gone");
    }

    private static @Nullable String one(Parameters query, String name) {
        List<String> given = query.contains(name) ? query.all(name) : List.of();
        if (given.size() > 1) {
            throw new Refusal(Code.BAD_REQUEST, name + ": given " + given.size() + " times; allowed is once");
        }
        return given.isEmpty() ? null : given.get(0);
    }

    private static String shown(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private static String json(List<Publisher.Published> published) {
        StringBuilder json = new StringBuilder("{\"published\":[");
        for (Publisher.Published place : published) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"partition\":")
                    .append(place.partition())
                    .append(",\"offset\":")
                    .append(place.offset())
                    .append('}');
        }
        return json.append("]}").toString();
    }
}
