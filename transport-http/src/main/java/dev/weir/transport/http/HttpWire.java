package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Wire;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream over the output stream of a response, with chunked transfer coding (RFC 9112, section 7.1). Belongs to the thread that
 * handles the request, which blocks while the client is slow; {@link #abort} may come from any thread. Frames are gathered up to
 * 16 KiB, so that a flush is one chunk.
 */
public final class HttpWire implements Wire {

    private static final HeaderName STREAM_POSITION = HeaderNames.create("Stream-Position");
    private static final Header NO_CACHE =
            HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-cache, no-transform");
    private static final Header NO_BUFFERING = HeaderValues.createCached("X-Accel-Buffering", "no");
    private static final Header NO_SNIFF = HeaderValues.createCached("X-Content-Type-Options", "nosniff");
    private static final Header COMPRESSED = HeaderValues.createCached(HeaderNames.CONTENT_ENCODING, Compression.GZIP);
    private static final int LEAST = 512;
    private static final int MOST = 16 * 1024;

    private enum State {
        OPEN,
        ENDED,
        CUT
    }

    // set once
    private final ServerResponse response;
    private final boolean head;
    private final boolean trailers;
    private final boolean gzip;
    private final Thread owner = Thread.currentThread();

    // the handler's thread
    private ByteBuffer batch = ByteBuffer.allocate(0);
    private boolean sent;
    private long written;
    private @Nullable Codec codec;
    private @Nullable OutputStream out;
    private boolean place;
    private @Nullable GzipBody compressed;
    private @Nullable ResponseSink sink;

    // written by the handler's thread, read by any
    private volatile long taken;

    // any thread
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    /**
     * The wire of one response, on the thread that handles its request.
     *
     * @param response nothing of it has been sent
     * @param head whether the request was HEAD: nothing but the headers is sent, and the connection closes
     */
    public HttpWire(ServerResponse response, boolean head) {
        this(response, head, false, false);
    }

    /**
     * @param trailers whether the client wants to be told behind the last chunk how the stream has ended
     * @param gzip whether the body is compressed
     */
    HttpWire(ServerResponse response, boolean head, boolean trailers, boolean gzip) {
        this.response = response;
        this.head = head;
        this.trailers = trailers;
        this.gzip = gzip;
    }

    /** Answers OPTIONS. */
    void allow() throws IOException {
        try {
            response.status(Status.NO_CONTENT_204)
                    .header(HeaderNames.ALLOW, StreamService.METHODS)
                    .send();
            end();
        } catch (ServerConnectionException gone) {
            throw gone(gone);
        }
    }

    @Override
    public void refuse(Refusal why) throws IOException {
        try {
            Problem.of(why).send(response, head);
            end();
        } catch (ServerConnectionException | UncheckedIOException gone) {
            throw gone(gone);
        }
    }

    @Override
    public void open(Signal.Open at, Codec codec) throws IOException {
        this.codec = codec;
        response.status(Status.OK_200)
                .header(HeaderNames.CONTENT_TYPE, codec.mediaType())
                .header(NO_CACHE)
                .header(NO_BUFFERING)
                .header(NO_SNIFF);
        if (Start.isId(at.id())) {
            response.header(STREAM_POSITION, at.id());
        }
        if (head) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        place = gzip && !head && Compression.enter();
        if (place || (gzip && head)) {
            response.header(COMPRESSED);
        }
        if (trailers) {
            response.header(Trailers.NAMES).beforeTrailers(all -> all.remove(Trailers.OF_THE_WEB_SERVER));
        }
        OutputStream body = response.outputStream();
        sink = response.sink(ResponseSink.TYPE);
        if (trailers) {
            flushHeaders(sink);
        }
        compressed = place ? new GzipBody(body) : null;
        out = compressed == null ? body : compressed;
    }

    /** Before there are any bytes, with which Helidon would announce its own trailer as well. */
    private static void flushHeaders(ResponseSink sink) throws IOException {
        try {
            sink.flushHeaders();
        } catch (ServerConnectionException | UncheckedIOException gone) {
            throw gone(gone);
        }
    }

    @Override
    public long taken() {
        return taken;
    }

    @Override
    public void write(Bytes frame) throws IOException {
        if (head) {
            return;
        }
        int length = frame.length();
        try {
            if (batch.position() + length > MOST) {
                drain();
            }
            for (int copied = 0; copied < length; ) {
                reserve(Math.min(length - copied, MOST));
                copied += frame.copyTo(copied, batch);
                if (copied < length) {
                    drain();
                }
            }
        } catch (ServerConnectionException | UncheckedIOException gone) {
            throw gone(gone);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            boolean something = drain();
            if (compressed != null && sent && !something) {
                compressed.nothing();
            } else if (sent) {
                opened().flush();
            } else if (sink != null) {
                flushHeaders(sink);
            }
            sent = true;
        } catch (ServerConnectionException | UncheckedIOException gone) {
            throw gone(gone);
        }
    }

    @Override
    public void close(Signal last) throws IOException {
        boolean told = last instanceof Signal.End || (codec != null && codec.encode(last) != null);
        if (head || !told || sink == null) {
            state.compareAndSet(State.OPEN, State.CUT);
            return;
        }
        try {
            if (compressed != null) {
                compressed.finish();
            }
            if (trailers) {
                Trailers.of(last).forEach((name, value) -> response.trailers().set(HeaderNames.create(name), value));
            }
            sink.close();
            end();
        } catch (ServerConnectionException | UncheckedIOException gone) {
            throw gone(gone);
        }
    }

    @Override
    public void abort() {
        if (state.compareAndSet(State.OPEN, State.CUT) && !owner.equals(Thread.currentThread())) {
            owner.interrupt();
        }
    }

    /** Whether the response must not look complete: the connection is closed as it is. */
    boolean cut() {
        return state.get() == State.CUT;
    }

    /** Gives back what compression holds. Idempotent. */
    void release() {
        if (compressed != null) {
            compressed.release();
        }
        if (place) {
            place = false;
            Compression.leave();
        }
    }

    private void end() {
        state.compareAndSet(State.OPEN, State.ENDED);
    }

    /** False: there was nothing to write. */
    private boolean drain() throws IOException {
        if (batch.position() == 0) {
            return false;
        }
        opened().write(batch.array(), 0, batch.position());
        written += batch.position();
        taken = written;
        batch.clear();
        sent = true;
        return true;
    }

    private void reserve(int length) {
        int needed = batch.position() + length;
        if (needed > batch.capacity()) {
            int size = Math.max(LEAST, Integer.highestOneBit(needed - 1) << 1);
            batch = ByteBuffer.wrap(Arrays.copyOf(batch.array(), size)).position(batch.position());
        }
    }

    private OutputStream opened() throws IOException {
        if (out == null) {
            throw new IOException("the stream is not open");
        }
        return out;
    }

    private static IOException gone(RuntimeException cause) {
        return new IOException("the client is gone", cause);
    }
}
