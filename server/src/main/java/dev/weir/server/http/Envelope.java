package dev.weir.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Header;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The object on one line of a published batch, written as streams write events. Data that are JSON stay as they are, a string is
 * its text, null a tombstone.
 */
final class Envelope {

    private static final String ALLOWED =
            "data, encoding, key, keyEncoding, type, headers (id and time are ignored: the topic gives its own)";

    private final EventsBody.Line line;
    private final JsonParser parser;
    private final List<Header> headers = new ArrayList<>();
    private @Nullable Bytes key;
    private @Nullable String type;
    private @Nullable Bytes data;
    private boolean given;
    private boolean text;
    private boolean base64;
    private boolean keyBase64;

    Envelope(EventsBody.Line line, JsonParser parser, @Nullable String key, @Nullable String type) {
        this.line = line;
        this.parser = parser;
        this.key = key == null ? null : Bytes.utf8(key);
        this.type = type;
    }

    Event read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw line.refusal("no JSON object; with envelope=full each line is one with " + ALLOWED);
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            field(parser.currentName());
        }
        if (parser.nextToken() != null) {
            throw line.refusal("more than one JSON object");
        }
        if (!given) {
            throw line.refusal("data: missing; null is a tombstone");
        }
        if (base64 && !text) {
            throw line.refusal("data: with \"encoding\":\"base64\" it is a string");
        }
        return new Event(
                "",
                0,
                0,
                System.currentTimeMillis(),
                type,
                decoded("key", key, keyBase64),
                headers,
                decoded("data", data, base64));
    }

    private void field(String name) throws IOException {
        JsonToken token = parser.nextToken();
        switch (name) {
            case "data" -> data = data(token);
            case "key" -> key = bytes(string(name, token), key);
            case "type" -> {
                String own = string(name, token);
                type = own == null ? type : own;
            }
            case "encoding" -> base64 = encoding(name);
            case "keyEncoding" -> keyBase64 = encoding(name);
            case "headers" -> headers(token);
            case "id", "time" -> parser.skipChildren();
            default -> throw line.refusal(name + ": unknown; allowed are " + ALLOWED);
        }
    }

    private static @Nullable Bytes bytes(@Nullable String text, @Nullable Bytes otherwise) {
        return text == null ? otherwise : Bytes.utf8(text);
    }

    private boolean encoding(String name) throws IOException {
        if (!"base64".equals(parser.getText())) {
            throw line.refusal(name + ": allowed is base64");
        }
        return true;
    }

    private @Nullable String string(String name, @Nullable JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING) {
            throw line.refusal(name + ": allowed is a string");
        }
        return parser.getText();
    }

    private @Nullable Bytes data(@Nullable JsonToken token) throws IOException {
        given = true;
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

    private void headers(@Nullable JsonToken token) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            throw line.refusal("headers: allowed is a list of objects with name, value, encoding");
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String name = null;
            Bytes value = null;
            boolean encoded = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken content = parser.nextToken();
                switch (field) {
                    case "name" -> name = string("headers.name", content);
                    case "value" -> value = bytes(string("headers.value", content), null);
                    case "encoding" -> encoded = encoding("headers.encoding");
                    default -> throw line.refusal("headers." + field + ": unknown; allowed are name, value, encoding");
                }
            }
            if (name == null) {
                throw line.refusal("headers: a header without name");
            }
            headers.add(new Header(name, decoded("headers.value", value, encoded)));
        }
    }

    private @Nullable Bytes decoded(String name, @Nullable Bytes told, boolean encoded) {
        if (told == null || !encoded) {
            return told;
        }
        try {
            return Bytes.owned(Base64.getDecoder().decode(told.toText()));
        } catch (IllegalArgumentException malformed) {
            throw line.refusal(name + ": no base64");
        }
    }
}
