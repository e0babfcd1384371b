package dev.weir.transport.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of a listener, HTTP/1.1 alone, each of which can be handed over to a writer. */
final class StreamConnections implements ServerConnectionSelector {

    private static final int MAX_REQUEST_LINE = 16 * 1024;

    private final AcceptedChannels accepted;
    /** By the thread that handles their requests. */
    private final Map<Thread, StreamConnection> open = new ConcurrentHashMap<>();

    private final ServerConnectionSelector http1;

    StreamConnections(AcceptedChannels accepted) {
        this.accepted = accepted;
        http1 = Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        .maxPrologueLength(MAX_REQUEST_LINE)
                        .sendKeepAliveHeader(false)
                        .addReceiveListener(new Heads())
                        .build())
                .build();
    }

    /** Is told of heads by the thread that reads them. */
    private final class Heads implements Http1ConnectionListener {

        @Override
        public void prologue(ConnectionContext context, HttpPrologue prologue) {
            head(true);
        }

        @Override
        public void headers(ConnectionContext context, Headers headers) {
            head(false);
        }

        private void head(boolean coming) {
            StreamConnection connection = open.get(Thread.currentThread());
            if (connection != null) {
                connection.head(coming);
            }
        }
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
