package dev.weir.client;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Publisher;
import dev.weir.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over HTTP: lines of JSON to {@code {base}/topics/{topic}/events?envelope=full}, in which key, header values and data are
 * base64, so that every byte arrives unchanged. Safe for any number of threads.
 */
public final class HttpPublisher implements Publisher, AutoCloseable {

    private final HttpCaller http;

    /**
     * A server to publish to. Does not connect yet.
     *
     * @param base {@code http} or {@code https}, host, port and a path in front
     * @param headers sent with every request, such as {@code authorization}
     */
    public HttpPublisher(URI base, Map<String, String> headers) {
        http = new HttpCaller(base, headers);
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        String path = "/topics/" + Query.segment(topic) + "/events?envelope=full";
        try (InputStream answer =
                http.post(path, "application/x-ndjson", lines(batch)).body()) {
            return published(answer.readAllBytes());
        } catch (IOException lost) {
            throw new Refusal(
                    Code.SOURCE_UNAVAILABLE, "the answer was lost; whether anything was published is unknown");
        }
    }

    private static byte[] lines(List<Event> batch) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (JsonGenerator json = SignalParser.JSON.createGenerator(lines).setRootValueSeparator(null)) {
            for (Event event : batch) {
                line(json, event);
                json.writeRaw('\n');
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return lines.toByteArray();
    }

    private static void line(JsonGenerator json, Event event) throws IOException {
        json.writeStartObject();
        if (event.type() != null) {
            json.writeStringField("type", event.type());
        }
        if (event.key() != null) {
            base64(json, "key", event.key(), "keyEncoding");
        }
        base64(json, "data", event.data(), "encoding");
        if (!event.headers().isEmpty()) {
            json.writeArrayFieldStart("headers");
            for (Header header : event.headers()) {
                json.writeStartObject();
                json.writeStringField("name", header.name());
                base64(json, "value", header.value(), "encoding");
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void base64(JsonGenerator json, String name, @Nullable Bytes value, String encoding)
            throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeBinaryField(name, value.toArray());
            json.writeStringField(encoding, "base64");
        }
    }

    private static List<Published> published(byte[] answer) throws IOException {
        List<Published> places = new ArrayList<>();
        try (JsonParser json = SignalParser.JSON.createParser(answer)) {
            int partition = 0;
            long offset = 0;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_INT) {
                    if ("partition".equals(json.currentName())) {
                        partition = json.getIntValue();
                    } else if ("offset".equals(json.currentName())) {
                        offset = json.getLongValue();
                    }
                } else if (token == JsonToken.END_OBJECT
                        && json.getParsingContext().inArray()) {
                    places.add(new Published(partition, offset));
                }
            }
        }
        return places;
    }

    /** Ends what waits for nothing. Does not block. Idempotent. */
    @Override
    public void close() {
        http.close();
    }
}
