package dev.weir.transport.chunked;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.transport.http.FrameWriter;
import dev.weir.transport.http.Payload;
import dev.weir.transport.http.SignalJson;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON texts, as lines (NDJSON) or as a sequence (RFC 7464), one instance for each set of options. Bare ones have no control records:
 * what has no word is null, and blank lines keep the stream alive.
 */
final class JsonCodec implements Codec {

    private static final Map<Options, JsonCodec> CODECS = new ConcurrentHashMap<>();
    private static final Bytes LINE_FEED = Bytes.utf8("\n");
    private static final int RECORD_SEPARATOR = 0x1e;

    private final Options options;
    private final Codec ofEvents;

    /**
     * What a client may choose.
     *
     * @param mediaType what the client calls this format
     * @param sequence each text stands between a record separator and a line feed
     * @param encoding how data are written
     * @param blank heartbeats are empty lines
     */
    private record Options(
            String mediaType, boolean sequence, Format.Envelope envelope, Format.Encoding encoding, boolean blank) {

        /** Those that show in events. */
        Options ofEvents() {
            return new Options("", sequence, envelope, encoding, true);
        }
    }

    private JsonCodec(Options options) {
        this.options = options;
        Options events = options.ofEvents();
        ofEvents = events.equals(options) ? this : shared(events);
    }

    /** The shared instance for lines; whole events and control lines are the defaults. */
    static JsonCodec lines(String mediaType, Subscription subscription) {
        return of(mediaType, false, subscription.format());
    }

    /** The shared instance for sequences, with the same defaults. */
    static JsonCodec sequence(String mediaType, Subscription subscription) {
        return of(mediaType, true, subscription.format());
    }

    private static JsonCodec of(String mediaType, boolean sequence, Format format) {
        if (format.heartbeats() == Format.Heartbeats.COMMENT) {
            throw new Refusal(Code.BAD_REQUEST, "heartbeat-as=comment: allowed here are event, blank");
        }
        Format.Envelope envelope = format.envelope() == null ? Format.Envelope.FULL : format.envelope();
        boolean blank = switch (envelope) {
            case NONE -> true;
            case FULL -> format.heartbeats() == Format.Heartbeats.BLANK;
            case STATUS -> format.heartbeats() != Format.Heartbeats.EVENT;
        };
        return shared(new Options(mediaType, sequence, envelope, format.encoding(), blank));
    }

    private static JsonCodec shared(Options options) {
        JsonCodec known = CODECS.get(options);
        if (known != null) {
            return known;
        }
        JsonCodec made = new JsonCodec(options);
        JsonCodec earlier = CODECS.putIfAbsent(options, made);
        return earlier == null ? made : earlier;
    }

    @Override
    public String mediaType() {
        return options.mediaType();
    }

    @Override
    public Codec ofEvents() {
        return ofEvents;
    }

    @Override
    public boolean tellsGaps() {
        return options.envelope() != Format.Envelope.NONE;
    }

    @Override
    public @Nullable Bytes encode(Signal signal) {
        boolean bare = options.envelope() == Format.Envelope.NONE;
        if ((signal instanceof Signal.Heartbeat && options.blank()) || (bare && signal instanceof Signal.Open)) {
            return LINE_FEED;
        }
        if (bare && !(signal instanceof Event)) {
            return null;
        }
        FrameWriter out = new FrameWriter(signal instanceof Event event ? event.weight() + 2 : 128);
        if (options.sequence()) {
            out.octet(RECORD_SEPARATOR);
        }
        switch (options.envelope()) {
            case FULL -> SignalJson.write(out, signal, options.encoding());
            case STATUS -> SignalJson.status(out, signal, options.encoding());
            case NONE -> data(out, ((Event) signal).data());
        }
        return out.octet('\n').toBytes();
    }

    private void data(FrameWriter out, @Nullable Bytes data) {
        if (data == null) {
            out.ascii("null");
            return;
        }
        Payload payload = Payload.of(data);
        if (options.encoding() == Format.Encoding.BASE64) {
            out.octet('"').base64(data).octet('"');
        } else if (payload.isText()) {
            SignalJson.text(out, payload);
        } else {
            out.ascii("{\"encoding\":\"base64\",\"data\":\"").base64(data).ascii("\"}");
        }
    }
}
