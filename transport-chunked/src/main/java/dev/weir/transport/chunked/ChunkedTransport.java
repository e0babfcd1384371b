package dev.weir.transport.chunked;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Transport;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.http.StreamService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Lines of JSON with a listener of their own, under {@code /streams/{topic}}. */
public final class ChunkedTransport implements Transport {

    private final Duration maxWriteStall;

    /** For the service loader. */
    public ChunkedTransport() {
        this(StreamService.MAX_WRITE_STALL);
    }

    /**
     * A transport with a patience of its own.
     *
     * @param maxWriteStall how long a client of a live stream may take nothing before it is cut
     */
    public ChunkedTransport(Duration maxWriteStall) {
        this.maxWriteStall = maxWriteStall;
    }

    @Override
    public String name() {
        return "ndjson";
    }

    @Override
    public Endpoint open(EventSource source, InetSocketAddress address) throws IOException {
        return HttpListener.open("/streams", new ChunkedService(source, maxWriteStall), address);
    }
}
