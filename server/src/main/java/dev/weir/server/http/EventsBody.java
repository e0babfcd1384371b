package dev.weir.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events in the body of a publish request. Data stay the bytes that they were in the body. */
final class EventsBody {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String ALLOWED = "data, encoding, key, keyEncoding, type (id, time and headers are ignored)";

    private EventsBody() {}

    /** The body is one event's data. */
    static List<Event> whole(byte[] body, @Nullable String key, @Nullable String type) {
        return List.of(event(Bytes.owned(body), key, type));
    }

    /** Each line that is not empty is an event's data. */
    static List<Event> lines(byte[] body, @Nullable String key, @Nullable String type) {
        return split(body).stream()
                .map(line -> event(Bytes.owned(line.bytes()), key, type))
                .toList();
    }

    /** Each line that is not empty is an object with data, key and type. */
    static List<Event> envelopes(byte[] body, @Nullable String key, @Nullable String type) {
        return split(body).stream().map(line -> envelope(line, key, type)).toList();
    }

    private static Event event(@Nullable Bytes data, @Nullable String key, @Nullable String type) {
        return event(data, key == null ? null : Bytes.utf8(key), type);
    }

    private static Event event(@Nullable Bytes data, @Nullable Bytes key, @Nullable String type) {
        return new Event("", 0, 0, System.currentTimeMillis(), type, key, List.of(), data);
    }

    private static List<Line> split(byte[] body) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (int start = 0; start < body.length; ) {
            number++;
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            int last = end > start && body[end - 1] == '\r' ? end - 1 : end;
            if (last > start) {
                lines.add(new Line(number, Arrays.copyOfRange(body, start, last)));
            }
            start = end + 1;
        }
        return lines;
    }

    private static Event envelope(Line line, @Nullable String key, @Nullable String type) {
        try (JsonParser parser = JSON.createParser(line.bytes())) {
            return new Envelope(line, key, type).read(parser);
        } catch (IOException malformed) {
            throw line.refusal("no JSON object");
        }
    }

    private record Line(int number, byte[] bytes) {
        Refusal refusal(String why) {
            return new Refusal(Code.BAD_REQUEST, "line " + number + ": " + why);
        }
    }

    /** The object on one line. */
    private static final class Envelope {
        private final Line line;
        private @Nullable String key;
        private @Nullable String type;
        private @Nullable Bytes data;
        private boolean text;
        private boolean base64;
        private boolean keyBase64;

        Envelope(Line line, @Nullable String key, @Nullable String type) {
            this.line = line;
            this.key = key;
            this.type = type;
        }

        Event read(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw line.refusal("no JSON object; with envelope=full each line is one with " + ALLOWED);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                field(parser.currentName(), parser);
            }
            if (parser.nextToken() != null) {
                throw line.refusal("more than one JSON object");
            }
            if (base64 && !text) {
                throw line.refusal("data: with \"encoding\":\"base64\" it is a string");
            }
            Bytes told = key == null ? null : Bytes.utf8(key);
            return event(
                    base64 && data != null ? decoded("data", data) : data,
                    keyBase64 && told != null ? decoded("key", told) : told,
                    type);
        }

        private void field(String name, JsonParser parser) throws IOException {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "data" -> data = data(token, parser);
                case "key" -> key = string(name, token, parser, key);
                case "type" -> type = string(name, token, parser, type);
                case "encoding" -> base64 = encoding(name, parser.getText());
                case "keyEncoding" -> keyBase64 = encoding(name, parser.getText());
                case "id", "time", "headers" -> parser.skipChildren();
                default -> throw line.refusal(name + ": unknown; allowed are " + ALLOWED);
            }
        }

        private boolean encoding(String name, String given) {
            if (!given.equals("base64")) {
                throw line.refusal(name + ": allowed is base64");
            }
            return true;
        }

        private @Nullable String string(
                String name, @Nullable JsonToken token, JsonParser parser, @Nullable String otherwise)
                throws IOException {
            if (token == JsonToken.VALUE_NULL) {
                return otherwise;
            }
            if (token != JsonToken.VALUE_STRING) {
                throw line.refusal(name + ": allowed is a string");
            }
            return parser.getText();
        }

        private @Nullable Bytes data(@Nullable JsonToken token, JsonParser parser) throws IOException {
            text = token == JsonToken.VALUE_STRING;
            if (token == JsonToken.VALUE_NULL) {
                return null;
            }
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                int to = (int) parser.currentLocation().getByteOffset();
                return Bytes.owned(Arrays.copyOfRange(line.bytes(), from, to));
            }
            return Bytes.utf8(parser.getText());
        }

        private Bytes decoded(String name, Bytes base64) {
            try {
                return Bytes.owned(Base64.getDecoder().decode(base64.toText()));
            } catch (IllegalArgumentException malformed) {
                throw line.refusal(name + ": no base64");
            }
        }
    }
}
