package dev.weir.client;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One signal from one JSON object: an event {@code {"id","topic","type","key","time","data","headers"}}, or {@code {"control":...}}.
 *
 * <p>Data that stand as JSON are given as their text, a string as its content: whether the payload had the quotes itself can't be
 * told. Null is a tombstone if the type is {@code delete}, else the JSON null. {@code encoding=base64} avoids all of this.
 */
final class SignalParser {

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();

    private final byte[] json;
    private @Nullable String control;
    private String id = "";
    private String topic = "";
    private @Nullable String type;
    private @Nullable String key;
    private @Nullable String keyEncoding;
    private @Nullable String encoding;
    private @Nullable Bytes data;
    private boolean nullData;
    private long time;
    private final List<Header> headers = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private @Nullable String reason;
    private @Nullable String code;
    private String message = "";
    private boolean retryable;
    private long retryAfterMs;
    private long superseded;
    private long partition;
    private long from;
    private long to;
    private OptionalLong count = OptionalLong.empty();
    private long events;

    private SignalParser(byte[] json) {
        this.json = json;
    }

    /**
     * Parses an object. Does not block.
     *
     * @return null for a control that this client does not know
     * @throws ProtocolException it is no signal
     */
    static @Nullable Signal parse(byte[] json) throws ProtocolException {
        SignalParser parser = new SignalParser(json);
        try (JsonParser tokens = JSON.createParser(json)) {
            if (tokens.nextToken() != JsonToken.START_OBJECT) {
                throw new ProtocolException("a signal is a JSON object");
            }
            for (String name = tokens.nextFieldName(); name != null; name = tokens.nextFieldName()) {
                tokens.nextToken();
                parser.field(name, tokens);
            }
            return parser.signal();
        } catch (ProtocolException known) {
            throw known;
        } catch (JacksonException | DateTimeException | IllegalArgumentException malformed) {
            throw (ProtocolException) new ProtocolException("malformed signal").initCause(malformed);
        } catch (IOException impossible) {
            throw (ProtocolException) new ProtocolException("unreadable signal").initCause(impossible);
        }
    }

    private void field(String name, JsonParser value) throws IOException {
        switch (name) {
            case "control" -> control = value.getText();
            case "id" -> id = value.getText();
            case "topic" -> topic = value.getText();
            case "type" -> type = value.getText();
            case "key" -> key = value.getText();
            case "keyEncoding" -> keyEncoding = value.getText();
            case "encoding" -> encoding = value.getText();
            case "time" -> time = Instant.parse(value.getText()).toEpochMilli();
            case "data" -> data = data(value);
            case "headers" -> headers(value);
            case "columns" -> {
                while (value.nextToken() != JsonToken.END_ARRAY) {
                    columns.add(value.getText());
                }
            }
            case "reason" -> reason = value.getText();
            case "code" -> code = value.getText();
            case "message" -> message = value.getText();
            case "retryable" -> retryable = value.getBooleanValue();
            case "retryAfterMs" -> retryAfterMs = value.getLongValue();
            case "superseded" -> superseded = value.getLongValue();
            case "partition" -> partition = value.getLongValue();
            case "from" -> from = value.getLongValue();
            case "to" -> to = value.getLongValue();
            case "count" ->
                count = value.currentToken() == JsonToken.VALUE_NULL
                        ? OptionalLong.empty()
                        : OptionalLong.of(value.getLongValue());
            case "events" -> events = value.getLongValue();
            default -> value.skipChildren();
        }
    }

    private Bytes data(JsonParser value) throws IOException {
        nullData = value.currentToken() == JsonToken.VALUE_NULL;
        if (value.currentToken() == JsonToken.VALUE_STRING) {
            return Bytes.utf8(value.getText());
        }
        int start = (int) value.currentTokenLocation().getByteOffset();
        value.skipChildren();
        value.finishToken();
        int end = (int) value.currentLocation().getByteOffset();
        return Bytes.owned(Arrays.copyOfRange(json, start, end));
    }

    private void headers(JsonParser value) throws IOException {
        while (value.nextToken() == JsonToken.START_OBJECT) {
            String name = "";
            String text = null;
            String encoded = null;
            for (String field = value.nextFieldName(); field != null; field = value.nextFieldName()) {
                boolean absent = value.nextToken() == JsonToken.VALUE_NULL;
                switch (field) {
                    case "name" -> name = value.getText();
                    case "value" -> text = absent ? null : value.getText();
                    case "encoding" -> encoded = value.getText();
                    default -> value.skipChildren();
                }
            }
            headers.add(new Header(name, bytes(text, encoded)));
        }
    }

    private static @Nullable Bytes bytes(@Nullable String text, @Nullable String encoding) throws ProtocolException {
        if (text == null) {
            return null;
        }
        if (encoding == null) {
            return Bytes.utf8(text);
        }
        if (!encoding.equals("base64")) {
            throw new ProtocolException("unknown encoding " + encoding);
        }
        return Bytes.owned(Base64.getDecoder().decode(text));
    }

    private @Nullable Signal signal() throws ProtocolException {
        if (control == null) {
            return event();
        }
        return switch (control) {
            case "open" -> new Signal.Open(id, List.copyOf(columns));
            case "heartbeat" -> new Signal.Heartbeat(id, superseded);
            case "gap" -> new Signal.Gap(id, Words.reason(reason), (int) partition, from, to, count, topic);
            case "stop" ->
                new Signal.Stop(
                        id,
                        Words.code(code, retryable ? Code.SOURCE_UNAVAILABLE : Code.INTERNAL),
                        message,
                        Duration.ofMillis(retryAfterMs));
            case "end" -> new Signal.End(id, events);
            default -> null;
        };
    }

    private Event event() throws ProtocolException {
        Bytes sent = data;
        if (sent == null) {
            throw new ProtocolException("an event without data");
        }
        Bytes whole =
                nullData && Event.DELETE.equals(type) ? null : encoding == null ? sent : bytes(sent.toText(), encoding);
        return new Event(id, 0, 0, time, type, bytes(key, keyEncoding), headers, whole).joined(topic, id);
    }
}
