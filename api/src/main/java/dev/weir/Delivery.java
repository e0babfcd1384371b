package dev.weir;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop that carries one stream from its source to its wire, written once for all transports. It ends in exactly one of
 * {@link Wire#refuse}, {@link Wire#close} and {@link Wire#abort}, and closes the cursor exactly once.
 *
 * <p>There are two drivers: {@link #run} on a thread of the connection's own, which parks between signals, and {@link #start}
 * in steps on an executor, for event loops. A delivery is used once.
 */
public final class Delivery {

    private static final Logger LOG = System.getLogger(Delivery.class.getName());
    private static final LongAdder UNENCODABLE = new LongAdder();
    private static final AtomicIntegerFieldUpdater<Delivery> WAKES =
            AtomicIntegerFieldUpdater.newUpdater(Delivery.class, "wakes");
    private static final int BATCH = 64;
    private static final Duration RETRY = Duration.ofSeconds(2);

    // set once, before the first step
    private final EventSource source;
    private final Function<Subscription, Codec> codecs;
    private final Wire wire;

    @SuppressWarnings("NullAway.Init")
    private Cursor cursor;

    @SuppressWarnings("NullAway.Init")
    private Codec codec;

    private boolean failOnGap;
    private boolean bounded;

    /** Who is told of a wake: one of them, set before the first step. */
    private @Nullable Executor loop;

    private @Nullable Thread thread;
    private final Runnable step = this::step;

    // written by the thread of the present step
    private String position = "";
    private boolean over;
    private boolean cut;
    private volatile long blockedSince;

    // the watchdog's
    private long taken;
    private long movedNanos;

    // written by any thread
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private volatile int wakes = 1;
    private volatile boolean cancelled;

    private enum Phase {
        NEW,
        BEGUN,
        /** Before it had begun: the wire is aborted, and nothing will be opened. */
        CANCELLED
    }

    /**
     * Prepares a delivery. Nothing happens yet.
     *
     * @param source what is opened
     * @param codec chooses the format; it may throw a {@link Refusal}
     * @param wire the connection
     */
    public Delivery(EventSource source, Function<Subscription, Codec> codec, Wire wire) {
        this.source = source;
        this.codecs = codec;
        this.wire = wire;
    }

    /**
     * Carries the whole stream on the calling thread, and returns when it has ended. Blocks. For wires whose writes block. An
     * interrupt of the thread cancels the delivery.
     *
     * @param request reads the request; it may throw a {@link Refusal}
     * @throws IOException the peer was gone before it could be refused
     */
    public void run(Supplier<Subscription> request) throws IOException {
        thread = Thread.currentThread();
        boolean alive = open(request);
        while (alive) {
            int seen = wakes;
            if (Thread.interrupted()) {
                cancel();
            } else if (seen == 0) {
                LockSupport.park(this);
            } else {
                alive = turn();
                WAKES.addAndGet(this, -seen);
            }
        }
    }

    /**
     * Opens the stream on the calling thread, which may block, and goes on in steps that never block.
     *
     * @param request reads the request; it may throw a {@link Refusal}
     * @param loop runs the steps, one at a time; it must not run them on the calling thread
     * @throws IOException the peer was gone before it could be refused
     */
    public void start(Supplier<Subscription> request, Executor loop) throws IOException {
        this.loop = loop;
        if (open(request)) {
            loop.execute(step);
        }
    }

    private void step() {
        int seen = wakes;
        if (over) {
            cutIfCancelled();
        } else {
            over = !turn();
        }
        if (WAKES.addAndGet(this, -seen) != 0) {
            rouse();
        }
    }

    /** Tells that the wire has room again, or the cursor something to poll. Any thread, any number of times; never waits. */
    public void wake() {
        if (WAKES.getAndIncrement(this) == 0) {
            rouse();
        }
    }

    private void rouse() {
        Executor steps = loop;
        if (steps == null) {
            LockSupport.unpark(thread);
        } else {
            steps.execute(step);
        }
    }

    /**
     * Ends the delivery because the peer is gone, or is to be cut; under {@link #start} also what its wire is still sending after
     * the end. Any thread, idempotent; never waits. The cursor is closed by
     * the delivery's own thread, soon after. One that has not begun aborts its wire at once, and never opens its source.
     */
    public void cancel() {
        cancelled = true;
        if (phase.compareAndSet(Phase.NEW, Phase.CANCELLED) || loop == null) {
            wire.abort();
        }
        wake();
    }

    /**
     * Since when a write, or a wire without room, has made no progress. Any thread.
     *
     * @return a {@link System#nanoTime}, or 0: it is not blocked
     */
    public long blockedSince() {
        return blockedSince;
    }

    /**
     * How many events could not be written in the format that was asked for, and were told as gaps, since the process started. Any
     * thread.
     *
     * @return 0 or more
     */
    public static long unencodable() {
        return UNENCODABLE.sum();
    }

    /** For the watchdog: whether the connection is to be cut, because it takes nothing. */
    boolean stalled(long now, long liveNanos, long boundedNanos) {
        long since = blockedSince;
        if (since == 0) {
            return false;
        }
        long present = wire.taken();
        if (present != taken) {
            taken = present;
            movedNanos = now;
        }
        long still = now - (movedNanos - since > 0 ? movedNanos : since);
        return cursor.overdue() || still > (bounded ? boundedNanos : liveNanos);
    }

    private boolean open(Supplier<Subscription> request) throws IOException {
        if (!phase.compareAndSet(Phase.NEW, Phase.BEGUN)) {
            return false;
        }
        try {
            Subscription asked = request.get();
            codec = codecs.apply(asked);
            Subscription subscription = codec.tellsGaps() ? asked : asked.withOnGap(Subscription.OnGap.FAIL);
            failOnGap = subscription.onGap() == Subscription.OnGap.FAIL;
            cursor = source.open(subscription);
            bounded = subscription.bounded() || cursor.bounded();
        } catch (Refusal no) {
            wire.refuse(no);
            return false;
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "opening a stream failed", failure);
            wire.refuse(new Refusal(Code.INTERNAL, "the stream could not be opened; try again later"));
            return false;
        }
        try {
            Executor steps = loop;
            if (steps == null) {
                cursor.onReady(this::wake);
            } else {
                cursor.onReady(this::wake, steps);
            }
            position = cursor.position();
            Signal.Open first = new Signal.Open(position, cursor.columns());
            wire.open(first, codec);
            Bytes frame = codec.encode(first);
            if (frame != null) {
                wire.write(frame);
            }
            wire.flush();
            return true;
        } catch (IOException | RuntimeException | Error gone) {
            abandon(gone);
            closeCursor();
            return false;
        }
    }

    /** A wire may still be sending when everything is said. */
    private void cutIfCancelled() {
        if (cancelled && !cut) {
            cut = true;
            wire.abort();
        }
    }

    /** The only place that closes the cursor once the stream is open. */
    private boolean turn() {
        boolean alive = false;
        try {
            alive = !cancelled && deliver();
            if (cancelled) {
                alive = false;
                cutIfCancelled();
            }
        } catch (IOException | RuntimeException | Error gone) {
            alive = false;
            abandon(gone);
        } finally {
            if (!alive) {
                closeCursor();
            }
        }
        return alive;
    }

    /** A source that fails to close must not end the loop that steps all other streams. */
    private void closeCursor() {
        try {
            cursor.close();
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "closing a stream failed", failure);
        }
    }

    private void abandon(Throwable gone) {
        if (!(gone instanceof IOException)) {
            LOG.log(Level.ERROR, "a stream failed", gone);
        }
        wire.abort();
    }

    private boolean deliver() throws IOException {
        for (int sent = 0; sent < BATCH; sent++) {
            if (!wire.ready()) {
                return blocked(sent);
            }
            Signal signal = poll();
            if (signal == null) {
                return flushed(sent);
            }
            Signal told = failOnGap && signal instanceof Signal.Gap gap ? stop(gap) : signal;
            Bytes frame = encode(told);
            while (frame == null && (told instanceof Event || told instanceof Signal.Gap)) {
                told = instead(told);
                frame = encode(told);
            }
            position = told.id();
            if (frame != null) {
                write(frame);
            }
            if (told.last()) {
                watch();
                wire.flush();
                wire.close(told);
                return false;
            }
        }
        flush();
        wake();
        return true;
    }

    private boolean blocked(int sent) throws IOException {
        if (sent > 0) {
            wire.flush();
        }
        if (sent > 0 || blockedSince == 0) {
            blockedSince = System.nanoTime() | 1;
        }
        return true;
    }

    private boolean flushed(int sent) throws IOException {
        if (sent > 0) {
            flush();
        } else if (blockedSince != 0) {
            blockedSince = 0;
        }
        return true;
    }

    private void write(Bytes frame) throws IOException {
        watch();
        wire.write(frame);
    }

    /** What blocks while it writes is watched meanwhile. */
    private void watch() {
        if (loop == null) {
            blockedSince = System.nanoTime() | 1;
        }
    }

    private void flush() throws IOException {
        if (loop == null) {
            blockedSince = System.nanoTime() | 1;
        }
        wire.flush();
        if (loop != null && !wire.ready()) {
            blockedSince = System.nanoTime() | 1;
        } else if (blockedSince != 0) {
            blockedSince = 0;
        }
    }

    private @Nullable Signal poll() {
        try {
            return cursor.poll();
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a source failed", failure);
            return new Signal.Stop(position, Code.INTERNAL, "the source failed; come back with the last id", RETRY);
        }
    }

    private @Nullable Bytes encode(Signal signal) {
        if (!(signal instanceof Event event)) {
            return codec.encode(signal);
        }
        try {
            return event.frame(codec);
        } catch (RuntimeException | StackOverflowError failure) {
            LOG.log(Level.WARNING, "an event could not be encoded as " + codec.mediaType(), failure);
            return null;
        }
    }

    /** What is told where the format has no word: for an event a gap, for a gap a stop, and never nothing. */
    private Signal instead(Signal unsaid) {
        if (unsaid instanceof Event event) {
            UNENCODABLE.increment();
            long offset = event.offset();
            Signal.Gap gap = new Signal.Gap(
                    event.id(),
                    Signal.Reason.UNENCODABLE,
                    event.partition(),
                    offset,
                    offset + 1,
                    OptionalLong.of(1),
                    event.topic());
            return failOnGap ? stop(gap) : gap;
        }
        return stop((Signal.Gap) unsaid);
    }

    private Signal stop(Signal.Gap gap) {
        Code code = gap.reason().code();
        String message = "gap (" + gap.reason() + ") in " + (gap.topic().isEmpty() ? "" : gap.topic() + ", ")
                + "partition " + gap.partition() + " from offset " + gap.from()
                + " to " + gap.to();
        return new Signal.Stop(position, code, message, code.retryable() ? RETRY : Duration.ZERO);
    }
}
