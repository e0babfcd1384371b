package dev.weir.transport.http;

import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Refusal;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A listener for one transport, when no application offers one of its own; and the settings that suit streams on any listener. */
public final class HttpListener implements Endpoint {

    static final int SEND_BUFFER = 64 * 1024;

    /** How long a client may be silent in the middle of a request, or between two: longer than proxies keep what is idle. */
    private static final Duration MAX_READ_STALL = Duration.ofSeconds(75);

    private static final int WRITE_BUFFER = 512;

    private final WebServer server;
    private final StreamService service;
    private final InetSocketAddress address;

    private HttpListener(WebServer server, StreamService service, InetSocketAddress address) {
        this.server = server;
        this.service = service;
        this.address = address;
    }

    /**
     * Starts to listen. Blocks until connections are accepted.
     *
     * @param path where the service is found, such as {@code /events}
     * @param service closed together with the listener, or if it cannot be opened
     * @param address where to listen; port 0 takes a free one
     * @return the listener
     * @throws IOException the address cannot be used
     */
    public static HttpListener open(String path, StreamService service, InetSocketAddress address) throws IOException {
        try {
            WebServer server = tune(WebServer.builder())
                    .bindAddress(address)
                    .shutdownHook(false)
                    .shutdownGracePeriod(Duration.ofMillis(100))
                    .routing(routing -> routing.addFilter(new UnreadBodies(RequestBody.WITHIN))
                            .register(path, service)
                            .any((request, response) -> Problem.of(new Refusal(
                                            Code.NOT_FOUND, "there is nothing here; streams are under " + path))
                                    .send(response)))
                    .build()
                    .start();
            return new HttpListener(server, service, new InetSocketAddress(address.getAddress(), server.port()));
        } catch (RuntimeException failure) {
            service.close();
            throw new IOException("cannot listen at " + address, failure);
        }
    }

    /**
     * Makes a listener fit for streams: no delay of small writes, a small send buffer in the kernel, so that a client that does not
     * read is noticed, request lines with room for ids, HTTP/1.1 only, problem details for what Helidon itself refuses,
     * connections that close when a client is silent for 75 s within a request or between two, or when its head has
     * not come within minutes, and
     * connections that can be handed over to the loop that writes streams. That needs the connection options set here, and no
     * TLS; otherwise each stream has a thread that writes. Sets neither address nor limits. A body that no route reads, and that
     * comes a byte at a time, is bounded by the filter {@link UnreadBodies}; a head that comes so over TLS is not.
     *
     * @param listener the builder of a server or of one of its sockets
     * @param <B> its type
     * @return the same
     */
    public static <B extends ListenerConfig.BuilderBase<B, ?>> B tune(B listener) {
        return tune(listener, MAX_READ_STALL);
    }

    static <B extends ListenerConfig.BuilderBase<B, ?>> B tune(B listener, Duration maxReadStall) {
        AcceptedChannels accepted = new AcceptedChannels(SocketOptions.builder()
                .tcpNoDelay(true)
                .socketSendBufferSize(SEND_BUFFER)
                .readTimeout(maxReadStall)
                .buildPrototype());
        return listener.connectionOptions(accepted)
                .addConnectionSelector(new StreamConnections(accepted))
                .useNio(false)
                .backlog(1024)
                .writeBufferSize(WRITE_BUFFER)
                .protocolsDiscoverServices(false)
                .directHandlers(problems());
    }

    private static DirectHandlers problems() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
            handlers.addHandler(event, Problem::direct);
        }
        return handlers.build();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        service.close();
        server.stop();
    }
}
