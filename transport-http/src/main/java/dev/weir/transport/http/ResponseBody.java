package dev.weir.transport.http;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A large body of known length. It goes to the channel below the response where that can be had, with half the copies and a larger send
 * buffer, and otherwise to the response's output stream. Belongs to the thread that handles the request.
 */
public final class ResponseBody implements AutoCloseable {

    private static final int SEND_BUFFER = 512 * 1024;

    private final OutputStream out;
    private final @Nullable SocketChannel channel;
    private byte[] copy = {};
    private long written;

    private ResponseBody(OutputStream out, @Nullable SocketChannel channel) {
        this.out = out;
        this.channel = channel;
    }

    /**
     * Begins a body. The head is sent, now or with the first bytes. The context of the request knows the body from then on.
     *
     * @param request the request
     * @param response has its status and its headers, {@code Content-Length} among them
     * @return takes as many bytes; a handler that can't give them all must not return, but throw {@link
     *     io.helidon.webserver.CloseConnectionException}
     * @throws IOException the client is gone
     */
    public static ResponseBody begin(ServerRequest request, ServerResponse response) throws IOException {
        StreamConnection connection = StreamService.isEncoded(request) ? null : StreamConnections.of(request);
        OutputStream out = response.outputStream();
        ResponseBody body = new ResponseBody(out, connection == null ? null : connection.channel());
        request.context().register(body);
        if (body.channel != null) {
            response.sink(ResponseSink.TYPE).flushHeaders();
            body.channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
        }
        return body;
    }

    /**
     * Sends all that remains in a buffer. Blocks while the client is slow; an interrupt closes the connection.
     *
     * @param bytes best a direct buffer
     * @throws IOException the client is gone
     */
    public void send(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (channel == null) {
            copy = copy.length < length ? new byte[length] : copy;
            bytes.get(copy, 0, length);
            out.write(copy, 0, length);
        } else {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        written += length;
    }

    /**
     * How many bytes have been sent.
     *
     * @return 0 or more
     */
    public long written() {
        return written;
    }

    /** Gives the connection back for other requests, if it is whole. Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel == null) {
            out.close();
        } else if (channel.isOpen()) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, HttpListener.SEND_BUFFER);
        }
    }
}
