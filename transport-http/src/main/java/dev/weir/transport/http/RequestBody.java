package dev.weir.transport.http;

import dev.weir.Code;
import dev.weir.Refusal;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The body of a request, for which no client is waited for ever. */
public final class RequestBody {

    /** How long a body may take to come: as long as a client may take nothing of a stream with an end. */
    public static final Duration WITHIN = StreamService.MAX_BOUNDED_STALL;

    private RequestBody() {}

    /**
     * Reads a body. Blocks until it has come.
     *
     * @param request a request with a body, of which nothing has been read
     * @param most bytes to read at the most
     * @param within how long it may take
     * @return the body, or as much of it
     * @throws IOException it ended early or is malformed
     * @throws Refusal bad-request: it has not come in time, or has paused for longer than the listener allows; where that can't be told the connection is cut. It serves no other request
     */
    public static byte[] read(ServerRequest request, int most, Duration within) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        try (StallWatch watch = watch(request, within, late);
                InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(most);
            if (!late.get()) {
                return body;
            }
        } catch (IOException | RuntimeException cut) {
            if (isPause(cut)) {
                throw new Refusal(Code.BAD_REQUEST, "body: it has paused for too long; send it faster");
            }
            if (!late.get()) {
                throw new IOException("the body could not be read", cut);
            }
        }
        throw new Refusal(
                Code.BAD_REQUEST, "body: it has not come within " + within.toSeconds() + " s; send it faster");
    }

    private static boolean isPause(Throwable failure) {
        boolean pause = false;
        for (Throwable cause = failure; cause != null && !pause; cause = cause.getCause()) {
            pause = cause instanceof SocketTimeoutException;
        }
        return pause;
    }

    /**
     * Passes over what is left of a body that nobody wants, so that the connection serves another request. Blocks until it has come.
     *
     * @param request has been answered
     * @param within how long it may take
     * @throws CloseConnectionException it ended early, or has not come in time
     */
    static void skip(ServerRequest request, Duration within) {
        try (StallWatch watch = watch(request, within, new AtomicBoolean())) {
            request.content().consume();
        } catch (RuntimeException cut) {
            throw new CloseConnectionException("a body did not come", cut);
        }
    }

    /** Where the channel is known no more is read from it, so that the client can still be answered. */
    private static StallWatch watch(ServerRequest request, Duration within, AtomicBoolean late) {
        StreamConnection connection = StreamConnections.of(request);
        Thread reader = Thread.currentThread();
        return new StallWatch(within, () -> {
            late.set(true);
            if (connection == null) {
                reader.interrupt();
            } else {
                connection.endInput();
            }
        });
    }
}
