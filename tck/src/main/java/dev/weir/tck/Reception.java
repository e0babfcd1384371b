package dev.weir.tck;

import dev.weir.Event;
import dev.weir.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a client received, in order, as signals. A harness feeds it from its own reading thread; tests take from it with a deadline.
 * Events carry what the wire told: partition and offset are zero where the protocol has no word for them.
 */
public final class Reception implements AutoCloseable {

    /** How long a test waits for anything. */
    public static final Duration DEADLINE = Duration.ofSeconds(10);

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final AutoCloseable connection;
    private final String position;
    private final AtomicBoolean reading = new AtomicBoolean(true);
    private @Nullable Ending ending;

    /** How the connection ended, as its protocol tells it. */
    private enum Ending {
        COMPLETE,
        CUT
    }

    /**
     * A stream that has been accepted.
     *
     * @param position where the head of the answer says that it starts
     * @param connection closed when the client leaves
     */
    public Reception(String position, AutoCloseable connection) {
        this.position = position;
        this.connection = connection;
    }

    /**
     * For the harness: the client got a signal. Blocks while the client is paused, and with it the thread that reads.
     *
     * @param signal the signal
     */
    public void received(Signal signal) {
        received.add(signal);
        synchronized (reading) {
            boolean interrupted = false;
            while (!reading.get()) {
                try {
                    reading.wait();
                } catch (InterruptedException hurried) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The client takes one more signal at the most, and then nothing, until {@link #resume}. */
    public void pause() {
        reading.set(false);
    }

    /** The client reads on. Idempotent. */
    public void resume() {
        synchronized (reading) {
            reading.set(true);
            reading.notifyAll();
        }
    }

    /**
     * For the harness: the connection has ended, and nothing more will come.
     *
     * @param complete whether the protocol calls it complete
     */
    public void ended(boolean complete) {
        received.add(complete ? Ending.COMPLETE : Ending.CUT);
    }

    /**
     * Where the head of the answer says that the stream starts.
     *
     * @return an id, or the empty text
     */
    public String position() {
        return position;
    }

    /**
     * The next signal. Blocks until there is one.
     *
     * @return the signal
     * @throws AssertionError none came within {@link #DEADLINE}, or the connection ended
     */
    public Signal next() {
        Object next = take(DEADLINE);
        if (next instanceof Signal signal) {
            return signal;
        }
        throw new AssertionError(
                next == null ? "no signal within " + DEADLINE.toSeconds() + " s" : "connection ended: " + next);
    }

    /**
     * The next signal, if one comes in time.
     *
     * @param within how long to wait
     * @return the signal, or null
     */
    public @Nullable Signal next(Duration within) {
        return take(within) instanceof Signal signal ? signal : null;
    }

    /**
     * The next event; others are passed over. Blocks until there is one.
     *
     * @return the event
     * @throws AssertionError none came in time, or the stream ended
     */
    public Event event() {
        while (true) {
            Signal signal = next();
            if (signal instanceof Event event) {
                return event;
            }
            if (signal.last()) {
                throw new AssertionError("an event was expected and not " + signal);
            }
        }
    }

    /**
     * The next events. Blocks until they are there.
     *
     * @param count how many
     * @return the events
     */
    public List<Event> events(int count) {
        List<Event> events = new ArrayList<>(count);
        while (events.size() < count) {
            events.add(event());
        }
        return events;
    }

    /**
     * The next signal of a kind; others are passed over. Blocks until there is one.
     *
     * @param kind the kind
     * @param <S> the kind
     * @return the signal
     * @throws AssertionError none came in time
     */
    public <S extends Signal> S next(Class<S> kind) {
        while (true) {
            Signal signal = next();
            if (kind.isInstance(signal)) {
                return kind.cast(signal);
            }
            if (signal.last()) {
                throw new AssertionError(kind.getSimpleName() + " was expected and not " + signal);
            }
        }
    }

    /**
     * Whether the connection ended as a complete stream does. Blocks until it has ended; signals on the way are passed over.
     *
     * @return false if it was cut
     * @throws AssertionError it did not end within {@link #DEADLINE}
     */
    public boolean complete() {
        while (ending == null) {
            if (take(DEADLINE) == null) {
                throw new AssertionError("the connection did not end within " + DEADLINE.toSeconds() + " s");
            }
        }
        return ending == Ending.COMPLETE;
    }

    private @Nullable Object take(Duration within) {
        if (ending != null) {
            return ending;
        }
        try {
            Object next = received.poll(within.toNanos(), TimeUnit.NANOSECONDS);
            if (next instanceof Ending end) {
                ending = end;
            }
            return next;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a signal", stopped);
        }
    }

    /** The client leaves. Idempotent. */
    @Override
    public void close() {
        resume();
        try {
            connection.close();
        } catch (Exception gone) {
            // a client that leaves does not mind how
        }
    }
}
