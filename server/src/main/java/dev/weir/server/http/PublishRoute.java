package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Parameters;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.server.topics.Catalogue;
import dev.weir.transport.http.RequestBody;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * {@code POST /topics/{topic}/events}: publishing (rules P1 and P2). The body is one event's data, or with {@code Content-Type:
 * application/x-ndjson} an event a line.
 */
final class PublishRoute implements Handler {

    private final Catalogue catalogue;
    private final int maxBodyBytes;
    private final Duration patience;

    /** @param patience how long a body may take to come */
    PublishRoute(Catalogue catalogue, int maxBodyBytes, Duration patience) {
        this.catalogue = catalogue;
        this.maxBodyBytes = maxBodyBytes;
        this.patience = patience;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        String topic = request.path().pathParameters().get("topic");
        boolean lines = lines(request);
        Parameters query = Parameters.of(request.query().rawValue());
        String key = query.one("key");
        String type = query.one("type");
        boolean full = full(query, lines);
        int length = length(request);
        catalogue.requireVisible(topic);
        byte[] body = body(request, response, length);
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
        Format.Envelope envelope = query.choice("envelope", Format.Envelope.class);
        query.refuseRest("key, type, envelope");
        if (envelope == Format.Envelope.STATUS) {
            throw new Refusal(Code.BAD_REQUEST, "envelope=status: allowed here are full, none");
        }
        if (envelope != Format.Envelope.FULL) {
            return false;
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

    private byte[] body(ServerRequest request, ServerResponse response, int length) {
        if (length == 0) {
            return new byte[0];
        }
        try {
            byte[] body = RequestBody.read(request, length, patience);
            if (body.length == length) {
                return body;
            }
        } catch (Refusal late) {
            response.header(HeaderValues.CONNECTION_CLOSE);
            throw late;
        } catch (IOException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
        throw new CloseConnectionException("the client is gone");
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
