package dev.weir.transport.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of a listener, each of which can be handed over to a writer; otherwise they are those of another selector. */
final class StreamConnections implements ServerConnectionSelector {

    private final ServerConnectionSelector http1;
    private final AcceptedChannels accepted;
    /** By the thread that handles their requests. */
    private final Map<Thread, StreamConnection> open = new ConcurrentHashMap<>();

    StreamConnections(ServerConnectionSelector http1, AcceptedChannels accepted) {
        this.http1 = http1;
        this.accepted = accepted;
    }

    /** The connection of a request, for the thread that handles it; null if it can't be handed over, because of TLS or because the listener is another's. */
    static @Nullable StreamConnection of(ServerRequest request) {
        for (ServerConnectionSelector selector :
                request.listenerContext().config().connectionSelectors()) {
            if (selector instanceof StreamConnections connections) {
                return connections.open.get(Thread.currentThread());
            }
        }
        return null;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http1.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http1.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        SocketChannel channel = accepted.take(
                context.localPeer().address(), context.remotePeer().address());
        return channel == null || context.isSecure()
                ? http1.connection(context)
                : new StreamConnection(() -> http1.connection(context), context.serverSocket(), channel, open);
    }
}
