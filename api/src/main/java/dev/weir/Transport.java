package dev.weir;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A way to reach clients, found by {@link java.util.ServiceLoader}. Opening one gives it a listener of its own; joining a
 * server that an application already runs is a method of each transport's class, because hosts differ.
 */
public interface Transport {

    /**
     * The name people choose it by.
     *
     * @return such as {@code sse}
     */
    String name();

    /**
     * Starts to listen. Blocks until connections are accepted. May be called any number of times.
     *
     * @param source what clients may open
     * @param address where to listen; port 0 takes a free one
     * @return the listener
     * @throws IOException the address cannot be used; the message names it
     */
    Endpoint open(EventSource source, InetSocketAddress address) throws IOException;
}
