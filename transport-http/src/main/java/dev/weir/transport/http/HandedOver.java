package dev.weir.transport.http;

import io.helidon.webserver.CloseConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Thrown by a stream's handler once its head is sent, past all filters: a writer has the stream from now on, and nothing of the
 * request is kept. A filter that wants to know when the stream ends catches it, says so with {@link #whenEnded}, and throws it on.
 */
@SuppressWarnings("serial")
public final class HandedOver extends CloseConnectionException {

    private final transient ChannelWire wire;
    private final transient Deque<Runnable> ended = new ArrayDeque<>();

    HandedOver(ChannelWire wire) {
        super("a writer has the stream");
        this.wire = wire;
    }

    /**
     * Adds what is to be run when the stream has ended. For the thread that handles the request, which also runs it; the last one
     * added is run first.
     *
     * @param action it should hold as little as it needs
     */
    public void whenEnded(Runnable action) {
        ended.push(action);
    }

    /** Waits for the end. Blocks. True: the connection can serve another request. */
    boolean await() {
        try {
            return wire.await();
        } finally {
            ended.forEach(Runnable::run);
        }
    }

    /** It is no failure. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
