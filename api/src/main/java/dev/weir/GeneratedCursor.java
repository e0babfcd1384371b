package dev.weir;

import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The cursor over a generator. */
final class GeneratedCursor implements Cursor, Cold.Emitter {

    private static final Logger LOG = System.getLogger(GeneratedCursor.class.getName());
    private static final long FIRST_MILLIS = 250;

    // set once
    private final List<String> columns;
    private final boolean bounded;
    private final Thread thread;
    private final HandOver handOver;

    // shared
    private final CountDownLatch first = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile boolean interrupted;
    private volatile @Nullable Refusal failedAtOnce;

    private GeneratedCursor(List<String> columns, boolean bounded, Cold.Generator generator) {
        this.columns = columns;
        this.bounded = bounded;
        thread = Thread.ofVirtual().name("weir-generator").unstarted(() -> generate(generator));
        handOver = new HandOver(() -> LockSupport.unpark(thread));
    }

    static Cursor start(List<String> columns, boolean bounded, Cold.Generator generator) {
        GeneratedCursor cursor = new GeneratedCursor(columns, bounded, generator);
        cursor.thread.start();
        try {
            if (!cursor.first.await(FIRST_MILLIS, TimeUnit.MILLISECONDS)) {
                return cursor;
            }
        } catch (InterruptedException stopped) {
            cursor.close();
            Thread.currentThread().interrupt();
            throw new Refusal(Code.SHUTDOWN, "interrupted while the stream was opened");
        }
        Refusal failed = cursor.failedAtOnce;
        if (failed != null) {
            throw failed;
        }
        return cursor;
    }

    private void generate(Cold.Generator generator) {
        try {
            generator.run(this);
            handOver.ended();
        } catch (Exception | Error failure) {
            if (closed) {
                LOG.log(
                        isInterrupt(failure) ? Level.DEBUG : Level.WARNING,
                        "a source failed after its client had gone",
                        failure);
            } else {
                fail(failure);
            }
        } finally {
            first.countDown();
        }
    }

    /** Whether it only says that the thread was interrupted, which channels and sockets do in their own way. */
    private static boolean isInterrupt(Throwable failure) {
        boolean told = false;
        for (Throwable cause = failure; cause != null && !told; cause = cause.getCause()) {
            told = cause instanceof InterruptedException
                    || cause instanceof ClosedByInterruptException
                    || (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException))
                    || (cause instanceof SocketException && "Closed by interrupt".equals(cause.getMessage()));
        }
        return told;
    }

    private void fail(Throwable failure) {
        boolean atOnce = first.getCount() > 0;
        Refusal told = handOver.failed(failure);
        if (atOnce) {
            failedAtOnce = told;
        }
    }

    @Override
    public void emit(Signal signal) throws InterruptedException {
        while (!closed && handOver.full()) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        if (closed) {
            throw cancelled();
        }
        handOver.add(signal);
        first.countDown();
    }

    /** The one interrupt of {@link #close} has come and is taken, so that cleaning up is not interrupted again. */
    private InterruptedException cancelled() {
        awaitInterrupt();
        Thread.interrupted();
        return new InterruptedException("the client has gone");
    }

    private void awaitInterrupt() {
        while (!interrupted) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onReady(Runnable wake) {
        handOver.onReady(wake);
    }

    @Override
    public @Nullable Signal poll() {
        return handOver.poll();
    }

    @Override
    public String position() {
        return handOver.position();
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public boolean bounded() {
        return bounded;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        interrupted = true;
        handOver.close();
    }
}
