package dev.weir.transport.http;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that serves requests until one of them is a stream and is handed over. Then it forgets all that belongs to the
 * request, which is most of what an idle connection costs, and only waits; after a stream that has ended well it serves requests
 * again.
 */
final class StreamConnection implements ServerConnection, InterruptableTask<Void> {

    private final Supplier<ServerConnection> http1;
    private final HelidonSocket socket;
    private final SocketChannel channel;
    private final Map<Thread, StreamConnection> open;

    /** Null while a stream has the channel. */
    private volatile @Nullable ServerConnection requests;

    private volatile boolean closing;
    private volatile boolean head;

    StreamConnection(
            Supplier<ServerConnection> http1,
            HelidonSocket socket,
            SocketChannel channel,
            Map<Thread, StreamConnection> open) {
        this.http1 = http1;
        this.socket = socket;
        this.channel = channel;
        this.open = open;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Whether the head of a request has begun and isn't whole. */
    void head(boolean coming) {
        head = coming;
    }

    /** Nothing more is read, as if the client had ended; what blocks in reading goes on. Any thread. */
    void endInput() {
        try {
            channel.shutdownInput();
        } catch (IOException closed) {
            // there is nothing to read any more
        }
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        open.put(Thread.currentThread(), this);
        try {
            for (HandedOver stream = serve(limit); stream != null; stream = serve(limit)) {
                ReadBuffer.drop(socket);
                if (!stream.await() || closing) {
                    throw new CloseConnectionException("the stream has ended, and its connection");
                }
                ReadBuffer.restore(socket);
            }
        } finally {
            open.remove(Thread.currentThread());
        }
    }

    /** Null: there are no more requests. */
    private @Nullable HandedOver serve(Limit limit) throws InterruptedException {
        ServerConnection present = http1.get();
        requests = present;
        if (closing) {
            return null;
        }
        try {
            present.handle(limit);
            return null;
        } catch (HandedOver stream) {
            return stream;
        } finally {
            requests = null;
        }
    }

    @Override
    public Duration idleTime() {
        ServerConnection present = requests;
        return present == null ? Duration.ZERO : present.idleTime();
    }

    /** A stream is ended by its service. A head that has begun long ago and still isn't whole is waited for no more. */
    @Override
    public void close(boolean interrupt) {
        closing = true;
        ServerConnection present = requests;
        if (present != null) {
            present.close(interrupt);
            if (head) {
                endInput();
            }
        }
    }

    @Override
    public boolean canInterrupt() {
        return requests instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    /** Runs as part of its connection. */
    @Override
    public void run() {
        throw new UnsupportedOperationException("a connection is handled, not run");
    }
}
