package dev.weir.client;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream read by a plain loop, once: events and gaps. The end ends the loop; a stop is thrown as the {@link Refusal} with its code,
 * message and time to come back. While the loop is busy nothing more is read, and the server sees a slow reader. With a
 * {@link ReconnectingSource} the loop lasts through reconnections.
 *
 * <p>For one thread, {@code close} included. From elsewhere an interrupt of that thread ends the loop, with a refusal
 * {@link Code#SHUTDOWN}; the thread stays interrupted.
 */
public final class Signals implements Iterable<Signal>, AutoCloseable {

    private final Cursor cursor;
    private final Waiting waiting;
    private String position;
    private boolean begun;
    private boolean closed;

    private Signals(Cursor cursor) {
        this.cursor = cursor;
        waiting = new Waiting(cursor);
        position = cursor.position();
    }

    /**
     * Opens a stream. Blocks as the source does.
     *
     * @param source where it is opened
     * @param wanted what is asked for
     * @return the stream, to be closed
     * @throws Refusal the source's own
     */
    public static Signals open(EventSource source, Subscription wanted) {
        return new Signals(source.open(wanted));
    }

    /**
     * The events and gaps in order. {@code hasNext} blocks until there is one, or the end, and throws a {@link Refusal} at a stop.
     *
     * @return the only iterator
     * @throws IllegalStateException there was one before, or the stream is closed
     */
    @Override
    public Iterator<Signal> iterator() {
        begin();
        return new Loop();
    }

    /**
     * The events alone, once, like {@link #iterator}. A gap is thrown as a {@link Refusal} with the code of its reason, so that
     * nothing is missed in silence.
     *
     * @return what a loop runs over
     */
    public Iterable<Event> events() {
        return () -> {
            begin();
            Loop loop = new Loop();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return loop.hasNext();
                }

                @Override
                public Event next() {
                    return event(loop.next());
                }
            };
        };
    }

    private static Event event(Signal signal) {
        if (signal instanceof Event event) {
            return event;
        }
        Signal.Gap gap = (Signal.Gap) signal;
        OptionalLong count = gap.count();
        throw new Refusal(
                gap.reason().code(),
                "gap (" + gap.reason() + "): " + (count.isPresent() ? count.getAsLong() : "an unknown number of")
                        + " events were not delivered; read the signals to go on behind gaps",
                Duration.ZERO);
    }

    /**
     * Where the stream stands: behind all that the loop was given. To come back, ask with {@link dev.weir.Start.After} it.
     *
     * @return an id, or the empty text if the stream cannot be resumed
     * @throws IllegalStateException the stream is closed
     */
    public String position() {
        requireOpen();
        return position;
    }

    private void begin() {
        requireOpen();
        if (begun) {
            throw new IllegalStateException("the stream has been read; open another, behind its position");
        }
        begun = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the stream is closed; open another");
        }
    }

    /** Ends the stream. Does not block for long. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cursor.close();
        }
    }

    private final class Loop implements Iterator<Signal> {

        private @Nullable Signal ahead;
        private @Nullable Refusal stopped;
        private boolean over;

        @Override
        public boolean hasNext() {
            while (ahead == null && !over) {
                requireOpen();
                take();
                position = ahead == null ? cursor.position() : position;
            }
            Refusal why = stopped;
            if (why != null) {
                throw why;
            }
            return ahead != null;
        }

        private void take() {
            try {
                switch (waiting.next()) {
                    case Signal.Open open -> {}
                    case Signal.Heartbeat heartbeat -> {}
                    case Signal.End end -> over = true;
                    case Signal.Stop stop -> stop(new Refusal(stop.code(), stop.message(), stop.retryAfter()));
                    case Signal signal -> ahead = signal;
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                stop(new Refusal(Code.SHUTDOWN, "interrupted while waiting for the next event"));
            }
        }

        private void stop(Refusal why) {
            over = true;
            stopped = why;
        }

        @Override
        public Signal next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the stream has ended");
            }
            Signal next = Objects.requireNonNull(ahead);
            ahead = null;
            position = closed ? position : cursor.position();
            return next;
        }
    }
}
