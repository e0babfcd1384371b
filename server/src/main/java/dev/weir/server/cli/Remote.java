package dev.weir.server.cli;

import dev.weir.EventSource;
import dev.weir.Publisher;

/** A server that a command talks to. */
final class Remote implements AutoCloseable {
    private final EventSource source;
    private final Publisher publisher;

    private Remote(EventSource source, Publisher publisher) {
        this.source = source;
        this.publisher = publisher;
    }

    static Remote of(Via via, RemoteOptions options) {
        throw new UnsupportedOperationException("not yet " + via + options);
    }

    EventSource source() {
        return source;
    }

    Publisher publisher() {
        return publisher;
    }

    @Override
    public void close() {}
}
