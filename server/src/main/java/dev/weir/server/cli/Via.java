package dev.weir.server.cli;

/** The transports that `tail` reads over, as people write them. */
enum Via {
    /** Server-sent events. */
    sse,
    /** Lines of JSON. */
    ndjson,
    /** gRPC. */
    grpc
}
