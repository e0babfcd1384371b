package dev.weir.transport.chunked;

import dev.weir.Codec;
import dev.weir.EventSource;
import dev.weir.Subscription;
import dev.weir.transport.http.StreamService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Streams on a listener of the application's: {@code routing.register("/streams", new ChunkedService(source))} serves {@code GET
 * /streams/{topic}}, as lines of JSON unless the client accepts, or asks by {@code format=} for, a JSON text sequence, lines of text,
 * CSV or bytes. (NDJSON; RFC 7464; RFC 4180; chunked transfer coding: RFC 9112, section 7.1.)
 */
public final class ChunkedService extends StreamService {

    /** Those of a request that are not for the source. */
    private static final Set<String> PARAMETERS = Stream.concat(
                    Stream.of(Layout.PARAMETER), CsvCodec.PARAMETERS.stream())
            .collect(Collectors.toSet());

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
        super("ndjson", subscription -> source.open(subscription.without(PARAMETERS)), maxWriteStall);
    }

    @Override
    protected List<String> mediaTypes() {
        return Layout.allMediaTypes();
    }

    @Override
    protected Optional<String> named(Subscription subscription) {
        return Optional.ofNullable(subscription.parameters().get(Layout.PARAMETER))
                .map(Layout::mediaType);
    }

    @Override
    protected Codec codec(Subscription subscription, String mediaType) {
        return Layout.codec(mediaType, subscription);
    }
}
