package dev.weir.transport.sse;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Transport;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.http.StreamService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Server-sent events with a listener of their own, under {@code /events/{topic}}. */
public final class SseTransport implements Transport {

    private final Duration maxWriteStall;

    /** For the service loader. */
    public SseTransport() {
        this(StreamService.MAX_WRITE_STALL);
    }

    /**
     * A transport with a patience of its own.
     *
     * @param maxWriteStall how long a client of a live stream may take nothing before it is cut
     */
    public SseTransport(Duration maxWriteStall) {
        this.maxWriteStall = maxWriteStall;
    }

    @Override
    public String name() {
        return "sse";
    }

    @Override
    public Endpoint open(EventSource source, InetSocketAddress address) throws IOException {
        return HttpListener.open("/events", new SseService(source, maxWriteStall), address);
    }
}
