package dev.weir.client;

import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Subscription;
import java.net.URI;
import java.util.Map;

/**
 * The sources of a remote server as one source: a subscription's name says which. Each stream has a connection of its own, so that
 * one which is not read holds up no other. Safe for any number of threads.
 */
public sealed interface RemoteSource extends EventSource, AutoCloseable permits SseClient, NdjsonClient, GrpcClient {

    /** The ways to reach a server. */
    enum Via {
        /** Server-sent events, at {@code {base}/events/{name}}. */
        SSE,
        /** Lines of JSON, at {@code {base}/streams/{name}}. */
        NDJSON,
        /** gRPC, service {@code weir.v1.EventStreams}. */
        GRPC
    }

    /**
     * A server reached in one way. Does not connect yet.
     *
     * @param via the transport
     * @param base {@code http} or {@code https}, host and port; a path in front only over HTTP
     * @return the source, to be closed
     */
    static RemoteSource of(Via via, URI base) {
        return of(via, base, Map.of());
    }

    /**
     * A server reached in one way, with headers. Does not connect yet.
     *
     * @param via the transport
     * @param base {@code http} or {@code https}, host and port; a path in front only over HTTP
     * @param headers sent with every request, such as {@code authorization}; metadata over gRPC
     * @return the source, to be closed
     */
    static RemoteSource of(Via via, URI base, Map<String, String> headers) {
        return switch (via) {
            case SSE -> new SseClient(base, headers);
            case NDJSON -> new NdjsonClient(base, headers);
            case GRPC -> new GrpcClient(base, headers);
        };
    }

    /**
     * Connects and asks. Blocks until the server has answered yes or no, 30 seconds at most, and then until its first signal
     * or a quarter of a second. A connection that breaks later is a stop with {@link dev.weir.Code#SOURCE_UNAVAILABLE} and the last
     * id; so is one that brings nothing for three heartbeats, or for five minutes if the subscription has an end of its own.
     *
     * @throws Refusal the server's own, source-unavailable if it could not be asked, or bad-request after {@link #close}
     */
    @Override
    Cursor open(Subscription subscription);

    /** Opens no more streams; those that are open go on. Does not block. Idempotent. */
    @Override
    void close();
}
