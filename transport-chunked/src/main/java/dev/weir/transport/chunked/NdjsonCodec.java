package dev.weir.transport.chunked;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.transport.http.FrameWriter;
import dev.weir.transport.http.Payload;
import dev.weir.transport.http.SignalJson;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON, one instance for each set of options. Bare lines have no control records: what has no word is null, and blank lines
 * keep the stream alive.
 */
final class NdjsonCodec implements Codec {

    private static final Map<Options, NdjsonCodec> CODECS = new ConcurrentHashMap<>();
    private static final Bytes LINE_FEED = Bytes.utf8("\n");

    private final String mediaType;
    private final boolean bare;
    private final Format.Encoding encoding;
    private final boolean blank;
    private final Codec ofEvents;

    /**
     * What a client may choose.
     *
     * @param mediaType what the client calls this format
     * @param bare data alone
     * @param encoding how data are written
     * @param blank heartbeats are empty lines
     */
    private record Options(String mediaType, boolean bare, Format.Encoding encoding, boolean blank) {

        /** Those that show in events. */
        Options ofEvents() {
            return new Options("", bare, encoding, bare);
        }
    }

    private NdjsonCodec(Options options) {
        mediaType = options.mediaType();
        bare = options.bare();
        encoding = options.encoding();
        blank = options.blank();
        Options events = options.ofEvents();
        ofEvents = events.equals(options) ? this : shared(events);
    }

    /** The shared instance for a format; whole events and control lines are the defaults. */
    static NdjsonCodec of(String mediaType, Format format) {
        if (format.heartbeats() == Format.Heartbeats.COMMENT) {
            throw new Refusal(Code.BAD_REQUEST, "heartbeat-as=comment: allowed here are event, blank");
        }
        boolean bare = format.envelope() == Format.Envelope.NONE;
        boolean blank = bare || format.heartbeats() == Format.Heartbeats.BLANK;
        return shared(new Options(mediaType, bare, format.encoding(), blank));
    }

    private static NdjsonCodec shared(Options options) {
        NdjsonCodec known = CODECS.get(options);
        if (known != null) {
            return known;
        }
        NdjsonCodec made = new NdjsonCodec(options);
        NdjsonCodec earlier = CODECS.putIfAbsent(options, made);
        return earlier == null ? made : earlier;
    }

    @Override
    public String mediaType() {
        return mediaType;
    }

    @Override
    public Codec ofEvents() {
        return ofEvents;
    }

    @Override
    public @Nullable Bytes encode(Signal signal) {
        if (signal instanceof Signal.Heartbeat && blank) {
            return LINE_FEED;
        }
        if (!bare) {
            return line(signal);
        }
        if (signal instanceof Event event) {
            return line(event.data());
        }
        return signal instanceof Signal.Open ? LINE_FEED : null;
    }

    private Bytes line(Signal signal) {
        FrameWriter out = new FrameWriter(signal instanceof Event event ? event.weight() : 128);
        SignalJson.write(out, signal, encoding);
        return out.octet('\n').toBytes();
    }

    private Bytes line(@Nullable Bytes data) {
        if (data == null) {
            return Bytes.utf8("null\n");
        }
        Payload payload = Payload.of(data);
        FrameWriter out = new FrameWriter(data.length() + 2);
        if (encoding == Format.Encoding.BASE64) {
            out.octet('"').base64(payload.bytes()).octet('"');
        } else if (payload.isText()) {
            SignalJson.text(out, payload);
        } else {
            out.ascii("{\"encoding\":\"base64\",\"data\":\"")
                    .base64(payload.bytes())
                    .ascii("\"}");
        }
        return out.octet('\n').toBytes();
    }
}
