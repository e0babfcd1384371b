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
import org.jspecify.annotations.Nullable;

/**
 * The data of the events and nothing else, as lines of text or as they are. There is no word for any other signal: a stream that was
 * stopped ends without its last chunk.
 */
final class BareCodec implements Codec {

    private static final BareCodec RAW = new BareCodec("application/octet-stream", false, false, false);
    private static final BareCodec[] TEXT = {
        new BareCodec("text/plain;charset=utf-8", true, false, false),
        new BareCodec("text/plain;charset=utf-8", true, false, true),
        new BareCodec("text/plain;charset=utf-8", true, true, false),
        new BareCodec("text/plain;charset=utf-8", true, true, true)
    };
    private static final Bytes LINE_FEED = Bytes.utf8("\n");

    private final String mediaType;
    private final boolean lines;
    private final boolean base64;
    private final boolean blank;

    private BareCodec(String mediaType, boolean lines, boolean base64, boolean blank) {
        this.mediaType = mediaType;
        this.lines = lines;
        this.base64 = base64;
        this.blank = blank;
    }

    static BareCodec text(String mediaType, Subscription subscription) {
        Format format = subscription.format();
        refuseEnvelope(Layout.TEXT, format);
        if (format.heartbeats() != null && format.heartbeats() != Format.Heartbeats.BLANK) {
            throw new Refusal(Code.BAD_REQUEST, "heartbeat-as: allowed with format=text is blank");
        }
        boolean base64 = format.encoding() == Format.Encoding.BASE64;
        return TEXT[(base64 ? 2 : 0) + (format.heartbeats() == null ? 0 : 1)];
    }

    static BareCodec raw(String mediaType, Subscription subscription) {
        Format format = subscription.format();
        refuseEnvelope(Layout.RAW, format);
        refuseHeartbeats(Layout.RAW, format);
        if (format.encoding() != Format.Encoding.AUTO) {
            throw new Refusal(Code.BAD_REQUEST, "encoding=base64: allowed with format=raw is auto, data as they are");
        }
        return RAW;
    }

    static void refuseEnvelope(Layout layout, Format format) {
        if (format.envelope() != null && format.envelope() != Format.Envelope.NONE) {
            throw new Refusal(Code.BAD_REQUEST, "envelope: allowed with format=" + layout + " is none");
        }
    }

    static void refuseHeartbeats(Layout layout, Format format) {
        if (format.heartbeats() != null) {
            throw new Refusal(Code.BAD_REQUEST, "heartbeat-as: format=" + layout + " has none; leave it out");
        }
    }

    @Override
    public String mediaType() {
        return mediaType;
    }

    @Override
    public Codec ofEvents() {
        return blank ? TEXT[base64 ? 2 : 0] : this;
    }

    @Override
    public boolean tellsGaps() {
        return false;
    }

    @Override
    public @Nullable Bytes encode(Signal signal) {
        if (signal instanceof Event event) {
            Bytes data = event.data() == null ? Bytes.EMPTY : event.data();
            return lines ? line(data) : data;
        }
        return blank && signal instanceof Signal.Heartbeat ? LINE_FEED : null;
    }

    private @Nullable Bytes line(Bytes data) {
        Payload payload = Payload.of(data);
        FrameWriter out = new FrameWriter(data.length() + 1);
        if (base64) {
            out.base64(data);
        } else if (payload.isText()) {
            out.octets(data, 0, data.length());
        } else {
            return null;
        }
        return out.octet('\n').toBytes();
    }
}
