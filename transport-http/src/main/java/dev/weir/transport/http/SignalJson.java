package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Header;
import dev.weir.Signal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signals as JSON objects on one line (RFC 8259, NDJSON). An event is
 * {@code {"id","topic","type","key","time","data","headers"}}, any other signal {@code {"control":"gap",...}}; in the words of a task
 * they are {@code {"status":"processing",...}} and {@code {"status":"chunk_error","time",...}}. What there is none of is left out. No
 * method blocks; any thread.
 */
public final class SignalJson {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final long YEAR_0 = -62_167_219_200_000L;
    private static final long YEAR_10000 = 253_402_300_800_000L;

    private SignalJson() {}

    /**
     * Adds a signal.
     *
     * @param out takes the object, without a line feed
     * @param signal any signal
     * @param encoding how an event's data are written
     */
    public static void write(FrameWriter out, Signal signal, Format.Encoding encoding) {
        if (signal instanceof Event event) {
            event(out.octet('{'), event, encoding);
        } else {
            out.ascii("{\"control\":\"").ascii(name(signal)).octet('"');
            details(out, signal);
        }
        out.octet('}');
    }

    /**
     * Adds a signal in the words of a task: {@code starting}, {@code processing}, {@code chunk_error}, {@code error} or {@code
     * complete}, each with a time.
     *
     * @param out takes the object, without a line feed
     * @param signal any signal
     * @param encoding how an event's data are written
     */
    public static void status(FrameWriter out, Signal signal, Format.Encoding encoding) {
        out.ascii("{\"status\":\"").ascii(status(signal)).octet('"');
        if (signal instanceof Event event) {
            event(out.octet(','), event, encoding);
        } else {
            out.ascii(",\"time\":\"").ascii(TIME.format(Instant.now())).octet('"');
            details(out, signal);
        }
        out.octet('}');
    }

    private static String name(Signal signal) {
        return switch (signal) {
            case Event event -> throw new IllegalArgumentException("an event has no control line: " + event);
            case Signal.Open open -> "open";
            case Signal.Heartbeat heartbeat -> "heartbeat";
            case Signal.Gap gap -> "gap";
            case Signal.Stop stop -> "stop";
            case Signal.End end -> "end";
        };
    }

    private static String status(Signal signal) {
        return switch (signal) {
            case Signal.Open open -> "starting";
            case Event event -> "processing";
            case Signal.Heartbeat heartbeat -> "processing";
            case Signal.Gap gap -> "chunk_error";
            case Signal.Stop stop -> "error";
            case Signal.End end -> "complete";
        };
    }

    private static void details(FrameWriter out, Signal signal) {
        if (!signal.id().isEmpty()) {
            out.ascii(",\"id\":").text(signal.id());
        }
        switch (signal) {
            case Event event -> {}
            case Signal.Open open -> columns(out, open.columns());
            case Signal.Heartbeat heartbeat -> {
                if (heartbeat.superseded() > 0) {
                    out.ascii(",\"superseded\":").number(heartbeat.superseded());
                }
            }
            case Signal.Gap gap -> gap(out, gap);
            case Signal.Stop stop -> {
                out.ascii(",\"code\":").text(stop.code().toString());
                out.ascii(",\"message\":").text(stop.message());
                out.ascii(",\"retryable\":").ascii(stop.code().retryable() ? "true" : "false");
                out.ascii(",\"retryAfterMs\":").number(stop.retryAfter().toMillis());
            }
            case Signal.End end -> out.ascii(",\"events\":").number(end.events());
        }
    }

    /**
     * Adds data that are text, as a JSON value: JSON as it is, its line breaks as spaces, and other text as a string.
     *
     * @param out takes the value
     * @param data valid UTF-8
     */
    public static void text(FrameWriter out, Payload data) {
        Bytes bytes = data.bytes();
        if (!data.isJson()) {
            out.text(bytes);
            return;
        }
        int from = 0;
        for (int end = bytes.lineUntil(0); end < bytes.length(); end = bytes.lineUntil(from)) {
            out.octets(bytes, from, end).octet(' ');
            from = end + 1;
        }
        out.octets(bytes, from, bytes.length());
    }

    private static void columns(FrameWriter out, List<String> columns) {
        String separator = ",\"columns\":[";
        for (String column : columns) {
            out.ascii(separator).text(column);
            separator = ",";
        }
        if (!columns.isEmpty()) {
            out.octet(']');
        }
    }

    private static void gap(FrameWriter out, Signal.Gap gap) {
        out.ascii(",\"reason\":").text(gap.reason().toString());
        if (!gap.topic().isEmpty()) {
            out.ascii(",\"topic\":").text(gap.topic());
        }
        out.ascii(",\"partition\":").number(gap.partition());
        out.ascii(",\"from\":").number(gap.from());
        out.ascii(",\"to\":").number(gap.to());
        out.ascii(",\"count\":");
        if (gap.count().isPresent()) {
            out.number(gap.count().getAsLong());
        } else {
            out.ascii("null");
        }
    }

    private static void event(FrameWriter out, Event event, Format.Encoding encoding) {
        String separator = "\"";
        String type = event.type();
        Bytes key = event.key();
        if (!event.id().isEmpty()) {
            out.ascii(separator).ascii("id\":").text(event.id());
            separator = ",\"";
        }
        if (!event.topic().isEmpty()) {
            out.ascii(separator).ascii("topic\":").text(event.topic());
            separator = ",\"";
        }
        if (type != null) {
            out.ascii(separator).ascii("type\":").text(type);
            separator = ",\"";
        }
        if (key != null) {
            out.ascii(separator).ascii("key\":");
            string(out, key, "keyEncoding");
            separator = ",\"";
        }
        if (event.timeMillis() >= YEAR_0 && event.timeMillis() < YEAR_10000) {
            out.ascii(separator).ascii("time\":\"");
            out.ascii(TIME.format(Instant.ofEpochMilli(event.timeMillis()))).octet('"');
            separator = ",\"";
        }
        out.ascii(separator).ascii("data\":");
        data(out, event.data(), encoding);
        headers(out, event.headers());
    }

    private static void data(FrameWriter out, @Nullable Bytes data, Format.Encoding encoding) {
        if (data == null) {
            out.ascii("null");
            return;
        }
        Payload payload = Payload.of(data);
        if (encoding == Format.Encoding.AUTO && payload.isText()) {
            text(out, payload);
        } else {
            base64(out, data, "encoding");
        }
    }

    private static void headers(FrameWriter out, List<Header> headers) {
        String separator = ",\"headers\":[{\"name\":";
        for (Header header : headers) {
            Bytes value = header.value();
            out.ascii(separator).text(header.name()).ascii(",\"value\":");
            if (value == null) {
                out.ascii("null");
            } else {
                string(out, value, "encoding");
            }
            separator = "},{\"name\":";
        }
        if (!headers.isEmpty()) {
            out.ascii("}]");
        }
    }

    private static void string(FrameWriter out, Bytes value, String encoding) {
        Payload payload = Payload.of(value);
        if (payload.isText()) {
            out.text(value);
        } else {
            base64(out, value, encoding);
        }
    }

    private static void base64(FrameWriter out, Bytes value, String encoding) {
        out.octet('"').base64(value).ascii("\",\"").ascii(encoding).ascii("\":\"base64\"");
    }
}
