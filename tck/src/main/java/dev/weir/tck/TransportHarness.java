package dev.weir.tck;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Refusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/**
 * What the contract needs to know of one transport: how to open it, and a client that speaks its published protocol, never the
 * transport's own codec.
 */
public interface TransportHarness extends AutoCloseable {

    /**
     * The transport's name.
     *
     * @return such as {@code sse}
     */
    String name();

    /**
     * Opens a listener on a free port of the loopback address.
     *
     * @param source what clients may open
     * @return the listener
     * @throws IOException it could not be opened
     */
    Endpoint open(EventSource source) throws IOException;

    /**
     * The same with another patience for clients that take nothing. A transport without one waives {@code c3_}.
     *
     * @param source what clients may open
     * @param maxWriteStall how long a write to a live stream may make no progress
     * @return the listener
     * @throws IOException it could not be opened
     */
    default Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        throw new IOException(name() + " has no longest stall of a write; give it one, or waive c3_ with the reason");
    }

    /**
     * Subscribes a client and blocks until the server has answered yes or no. If the thread is interrupted meanwhile the client leaves,
     * as one does that has no more patience.
     *
     * @param address the listener
     * @param nameAndQuery {@code name?parameter=value&...}, percent-encoded
     * @param headers headers by lower-case name, such as {@code last-event-id}
     * @return the client's half of the stream
     * @throws Refusal the server said no, with its code, message and time to wait
     * @throws IOException the connection failed, or the client has left
     */
    Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers) throws IOException;

    /**
     * Rules that this transport cannot keep by its nature, with the reason. They are skipped, and the reason is shown.
     *
     * @return reasons by the prefix of the test's name, such as {@code e3_}
     */
    default Map<String, String> waivers() {
        return Map.of();
    }

    /** Frees what the clients share. Called after each test. */
    @Override
    default void close() {}
}
