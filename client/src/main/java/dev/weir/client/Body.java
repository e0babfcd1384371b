package dev.weir.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as it comes. Nothing is asked for ahead of the reader but one part. One thread reads, any thread closes.
 */
final class Body extends InputStream implements HttpResponse.BodySubscriber<Body> {

    private static final List<ByteBuffer> NO_MORE = List.of();

    private final Duration patience;
    private final boolean whole;
    private final long begun = System.nanoTime();
    private final BlockingQueue<List<ByteBuffer>> parts = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription upstream;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    // the reading thread
    private Iterator<ByteBuffer> part = NO_MORE.iterator();
    private ByteBuffer present = ByteBuffer.allocate(0);
    private boolean over;

    private Body(Duration patience, boolean whole) {
        this.patience = patience;
        this.whole = whole;
    }

    /** A body whose reading fails when nothing has come for so long. */
    static Body parts(Duration patience) {
        return new Body(patience, false);
    }

    /** A body whose reading fails when it is not whole after so long. */
    static Body whole(Duration patience) {
        return new Body(patience, true);
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        upstream = subscription;
        if (closed) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> next) {
        parts.add(next);
    }

    @Override
    public void onError(Throwable lost) {
        failure = lost;
        parts.add(NO_MORE);
    }

    @Override
    public void onComplete() {
        parts.add(NO_MORE);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        while (!present.hasRemaining()) {
            if (part.hasNext()) {
                present = part.next();
            } else if (!refilled()) {
                return -1;
            }
        }
        int count = Math.min(length, present.remaining());
        present.get(target, offset, count);
        return count;
    }

    /** False: there is no more. */
    private boolean refilled() throws IOException {
        if (!over) {
            List<ByteBuffer> next = await();
            over = next.isEmpty();
            part = next.iterator();
            if (!over) {
                Objects.requireNonNull(upstream).request(1);
            }
        }
        Throwable lost = over ? failure : null;
        if (lost != null) {
            throw new IOException("the connection was lost", lost);
        }
        return !over;
    }

    private List<ByteBuffer> await() throws IOException {
        try {
            long left = patience.toNanos() - (whole ? System.nanoTime() - begun : 0);
            List<ByteBuffer> next = left > 0 ? parts.poll(left, TimeUnit.NANOSECONDS) : null;
            if (next == null) {
                throw new SocketTimeoutException(whole ? "not whole after " + patience : "silent for " + patience);
            }
            return next;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the server");
        }
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription subscription = upstream;
        if (subscription != null) {
            subscription.cancel();
        }
        parts.add(NO_MORE);
    }
}
