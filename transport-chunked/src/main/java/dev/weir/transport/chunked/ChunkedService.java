package dev.weir.transport.chunked;

import dev.weir.Codec;
import dev.weir.EventSource;
import dev.weir.Format;
import dev.weir.Subscription;
import dev.weir.transport.http.StreamService;
import java.time.Duration;
import java.util.List;

/**
 * Lines of JSON on a listener of the application's: {@code routing.register("/streams", new ChunkedService(source))} serves {@code GET
 * /streams/{topic}}. (NDJSON; chunked transfer coding: RFC 9112, section 7.1.)
 */
public final class ChunkedService extends StreamService {

    private static final List<String> MEDIA_TYPES = List.of(
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/json-lines",
            "application/x-jsonlines");

    /**
     * A service with the usual patience.
     *
     * @param source what clients may open
     */
    public ChunkedService(EventSource source) {
        this(source, MAX_WRITE_STALL);
    }

    /**
     * A service.
     *
     * @param source what clients may open
     * @param maxWriteStall how long a client of a live stream may take nothing before it is cut
     */
    public ChunkedService(EventSource source, Duration maxWriteStall) {
        super("ndjson", subscription -> source.open(strict(subscription)), maxWriteStall);
    }

    @Override
    protected List<String> mediaTypes() {
        return MEDIA_TYPES;
    }

    @Override
    protected Codec codec(Subscription subscription, String mediaType) {
        return NdjsonCodec.of(mediaType, subscription.format());
    }

    /** Bare lines have no word for a gap (G2). */
    private static Subscription strict(Subscription subscription) {
        return subscription.format().envelope() == Format.Envelope.NONE
                ? subscription.withOnGap(Subscription.OnGap.FAIL)
                : subscription;
    }
}
