package dev.weir.client;

import dev.weir.Signal;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One connection's receiving half. */
interface SignalReader extends Closeable {

    /**
     * The next signal. Blocks until there is one. One thread.
     *
     * @return null if the connection has ended without a last signal
     * @throws java.net.ProtocolException what came is no signal
     * @throws java.net.SocketTimeoutException nothing came for longer than the server's heartbeats allow
     * @throws IOException the connection was lost
     * @throws InterruptedException the stream was closed
     */
    @Nullable
    Signal next() throws IOException, InterruptedException;

    /** How long the server asks those to wait whose connection breaks. The thread of {@link #next}. */
    default Duration retryAfter() {
        return Duration.ofSeconds(2);
    }

    /** Closes the connection and frees a blocked {@link #next}. Any thread; idempotent. */
    @Override
    void close();
}
