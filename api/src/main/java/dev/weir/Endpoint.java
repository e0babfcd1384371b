package dev.weir;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A listener of a transport. */
public interface Endpoint extends AutoCloseable {

    /**
     * Where it really listens.
     *
     * @return the address, its port never 0
     */
    InetSocketAddress address();

    /**
     * Stops listening and cuts every stream that is still open. Blocks until all are cut. Idempotent.
     *
     * @throws IOException the listener could not be closed
     */
    @Override
    void close() throws IOException;
}
