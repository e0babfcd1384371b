package dev.weir.transport.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The options of a listener's connections, which also remember the channels that it accepts: a connection is not told of the channel
 * below it, and a stream wants to write there itself. Helidon leaves the longest silence of a client to whoever sets options.
 */
final class AcceptedChannels implements SocketOptions {

    private static final int FEW = 1024;

    private final SocketOptions options;
    private final Map<Ends, SocketChannel> channels = new ConcurrentHashMap<>();

    /** The accepting thread's: how many may wait before those are looked for that were closed at once. */
    private int enough = FEW;

    AcceptedChannels(SocketOptions options) {
        this.options = options;
    }

    /** What tells a connection from all others: a peer may use one port for several. */
    private record Ends(
            @Nullable SocketAddress local, @Nullable SocketAddress remote) {}

    /** The channel between those ends, once. */
    @Nullable
    SocketChannel take(@Nullable SocketAddress local, @Nullable SocketAddress remote) {
        return channels.remove(new Ends(local, remote));
    }

    @Override
    public void configureSocket(SocketChannel channel) {
        options.configureSocket(channel);
        if (channels.size() >= enough) {
            channels.values().removeIf(each -> !each.isOpen());
            enough = Math.max(FEW, 2 * channels.size());
        }
        try {
            channel.socket().setSoTimeout(Math.toIntExact(options.readTimeout().toMillis()));
            channels.put(new Ends(channel.getLocalAddress(), channel.getRemoteAddress()), channel);
        } catch (IOException gone) {
            // nobody will ask for it
        }
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
