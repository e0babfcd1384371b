package dev.weir.transport.sse;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Parameters;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.transport.http.FrameWriter;
import dev.weir.transport.http.Payload;
import dev.weir.transport.http.SignalJson;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Blocks of an event stream (WHATWG HTML, section 9.2.5), one instance for each set of options. */
final class SseCodec implements Codec {

    static final String MEDIA_TYPE = "text/event-stream";

    /** The parameter that asks for {@code data: [DONE]} before the end, as clients of language models know it. */
    static final String DONE = "done";

    static final LongAdder TYPES_LEFT_OUT = new LongAdder();

    private static final int FULL = 1;
    private static final int BASE64 = 2;
    private static final int NAMED = 4;
    private static final int WITH_DONE = 8;

    private static final int RETRY_MILLIS = 2_000;
    private static final int MAX_TYPE = 64;
    private static final Set<String> RESERVED = Set.of("open", "error", "message");
    private static final SseCodec[] CODECS =
            IntStream.range(0, 16).mapToObj(SseCodec::new).toArray(SseCodec[]::new);

    private final boolean full;
    private final Format.Encoding encoding;
    private final boolean named;
    private final boolean done;

    private SseCodec(int options) {
        full = (options & FULL) != 0;
        encoding = (options & BASE64) != 0 ? Format.Encoding.BASE64 : Format.Encoding.AUTO;
        named = (options & NAMED) != 0;
        done = (options & WITH_DONE) != 0;
    }

    static SseCodec of(Subscription subscription) {
        return of(subscription.format(), done(subscription));
    }

    /** The shared instance; bare data and comments are the defaults. */
    static SseCodec of(Format format, boolean done) {
        if (format.heartbeats() == Format.Heartbeats.BLANK) {
            throw new Refusal(Code.BAD_REQUEST, "heartbeat-as=blank: allowed here are comment, event");
        }
        if (format.envelope() == Format.Envelope.STATUS) {
            throw new Refusal(Code.BAD_REQUEST, "envelope=status: allowed here are full, none");
        }
        return CODECS[
                (format.envelope() == Format.Envelope.FULL ? FULL : 0)
                        | (format.encoding() == Format.Encoding.BASE64 ? BASE64 : 0)
                        | (format.heartbeats() == Format.Heartbeats.EVENT ? NAMED : 0)
                        | (done ? WITH_DONE : 0)];
    }

    private static boolean done(Subscription subscription) {
        String value = subscription.parameters().getOrDefault(DONE, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new Refusal(Code.BAD_REQUEST, DONE + "=" + Parameters.shown(value) + ": allowed are true, false");
        }
        return value.equals("true");
    }

    @Override
    public String mediaType() {
        return MEDIA_TYPE + ";charset=utf-8";
    }

    @Override
    public Codec ofEvents() {
        return CODECS[(full ? FULL : 0) | (encoding == Format.Encoding.BASE64 ? BASE64 : 0)];
    }

    @Override
    public Bytes encode(Signal signal) {
        FrameWriter out = new FrameWriter(signal instanceof Event event ? size(event) : 128);
        switch (signal) {
            case Event event -> event(out, event);
            case Signal.Open open -> {
                out.ascii("retry: ").number(RETRY_MILLIS).octet('\n');
                told(out, "open", open);
            }
            case Signal.Heartbeat heartbeat -> {
                out.ascii(named ? "" : ":\n");
                told(out, "heartbeat", heartbeat);
            }
            case Signal.Gap gap -> control(out, "gap", gap);
            case Signal.Stop stop -> {
                if (!stop.retryAfter().isZero()) {
                    out.ascii("retry: ").number(stop.retryAfter().toMillis()).octet('\n');
                }
                control(out, "stop", stop);
            }
            case Signal.End end -> {
                out.ascii(done ? "data: [DONE]\n\n" : "");
                id(out, end.id() + Start.ENDED);
                named(out, "end", end);
            }
        }
        return out.octet('\n').toBytes();
    }

    private void told(FrameWriter out, String name, Signal signal) {
        if (named) {
            control(out, name, signal);
        } else {
            id(out, signal.id());
        }
    }

    private void control(FrameWriter out, String name, Signal signal) {
        id(out, signal.id());
        named(out, name, signal);
    }

    private void named(FrameWriter out, String name, Signal signal) {
        out.ascii("event: stream-").ascii(name).ascii("\ndata: ");
        SignalJson.write(out, signal, encoding);
        out.octet('\n');
    }

    /** Of bare data on one line to the byte, so that the frame is not copied; else about. */
    private int size(Event event) {
        if (full) {
            return event.weight();
        }
        String type = event.type();
        Bytes data = event.data();
        return "id: \n".length()
                + event.id().length()
                + (type == null ? 0 : "event: \n".length() + type.length())
                + "data: \n\n".length()
                + (data == null ? 0 : data.length());
    }

    private void event(FrameWriter out, Event event) {
        id(out, event.id());
        String type = event.type();
        if (type != null) {
            if (isType(type)) {
                out.ascii("event: ").ascii(type).octet('\n');
            } else {
                TYPES_LEFT_OUT.increment();
            }
        }
        out.ascii("data: ");
        if (full) {
            SignalJson.write(out, event, encoding);
        } else {
            bare(out, event.data());
        }
        out.octet('\n');
    }

    /** A token that neither browsers nor Weir use for something else. */
    private static boolean isType(String type) {
        return type.length() <= MAX_TYPE
                && type.indexOf('~') < 0
                && Start.isId(type)
                && !type.startsWith("stream-")
                && !RESERVED.contains(type);
    }

    private void bare(FrameWriter out, @Nullable Bytes data) {
        if (data == null) {
            return;
        }
        Payload payload = Payload.of(data);
        if (encoding == Format.Encoding.BASE64) {
            out.base64(data);
        } else if (payload.isText()) {
            lines(out, data);
        } else {
            out.ascii("{\"encoding\":\"base64\",\"data\":\"").base64(data).ascii("\"}");
        }
    }

    private static void lines(FrameWriter out, Bytes text) {
        int from = 0;
        for (int end = text.lineUntil(0); end < text.length(); end = text.lineUntil(from)) {
            out.octets(text, from, end).ascii("\ndata: ");
            boolean pair = text.at(end) == '\r' && end + 1 < text.length() && text.at(end + 1) == '\n';
            from = end + (pair ? 2 : 1);
        }
        out.octets(text, from, text.length());
    }

    private static void id(FrameWriter out, String id) {
        if (Start.isId(id)) {
            out.ascii("id: ").ascii(id).octet('\n');
        }
    }
}
