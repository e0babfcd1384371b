package dev.weir.tck;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream in a test: so many events and no more, with a deadline for each step, and failures that tell what came instead. A
 * remote stream is an {@link EventSource} too, so a probe reads a server as it reads a source. For the thread that opens it; gaps
 * are failures unless they are asked for, heartbeats are passed over.
 */
public final class Probe implements AutoCloseable {

    private static final int SHOWN = 10;
    private static final int LONGEST = 200;

    private final String asked;
    private final Cursor cursor;

    /** The last of those that came, as failures show them. */
    private final Deque<String> came = new ArrayDeque<>();

    private long count;
    private Duration deadline = Reception.DEADLINE;

    private Probe(String asked, Cursor cursor) {
        this.asked = asked;
        this.cursor = cursor;
        Thread self = Thread.currentThread();
        cursor.onReady(() -> LockSupport.unpark(self));
    }

    /**
     * Opens a stream. Blocks as the source does.
     *
     * @param source what is tested
     * @param nameAndQuery as in a URL, such as {@code orders?from=earliest&limit=3}
     * @return the stream, to be closed
     * @throws Refusal the source's own
     */
    public static Probe open(EventSource source, String nameAndQuery) {
        return open(source, nameAndQuery, Bytes.EMPTY);
    }

    /**
     * Opens a stream with a body. Blocks as the source does.
     *
     * @param source what is tested
     * @param nameAndQuery as in a URL
     * @param body of the request
     * @return the stream, to be closed
     * @throws Refusal the source's own
     */
    public static Probe open(EventSource source, String nameAndQuery, Bytes body) {
        Subscription wanted = Subscription.parse(nameAndQuery, body, Caller.at(new InetSocketAddress(0)));
        return new Probe(nameAndQuery, source.open(wanted));
    }

    /**
     * Sets how long each step may take, instead of ten seconds.
     *
     * @param deadline more than zero
     * @return this
     * @throws IllegalArgumentException it is not
     */
    public Probe within(Duration deadline) {
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("deadline=" + deadline + ": allowed is more than zero");
        }
        this.deadline = deadline;
        return this;
    }

    /**
     * The next events. Blocks until all are there.
     *
     * @param count how many
     * @return in order
     * @throws AssertionError they did not come in time, or something else came, which the message names
     */
    public List<Event> events(int count) {
        long end = System.nanoTime() + deadline.toNanos();
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.add(expect(Event.class, "event " + (events.size() + 1) + " of " + count, end));
        }
        return events;
    }

    /**
     * The data of the next events as text. Blocks until all are there.
     *
     * @param count how many
     * @return in order; {@code null} is that word
     * @throws AssertionError as {@link #events}
     */
    public List<String> texts(int count) {
        return events(count).stream().map(Probe::text).toList();
    }

    /**
     * The next signal, which must be of a kind. Blocks until it is there.
     *
     * @param kind {@code Event.class}, {@code Signal.Gap.class}, {@code Signal.Stop.class} or {@code Signal.End.class}
     * @param <S> the kind
     * @return the signal
     * @throws AssertionError as {@link #events}
     */
    public <S extends Signal> S next(Class<S> kind) {
        return expect(kind, kind.getSimpleName().toLowerCase(Locale.ROOT), System.nanoTime() + deadline.toNanos());
    }

    /**
     * All events up to the end. Blocks until it is there.
     *
     * @return in order
     * @throws AssertionError as {@link #events}; a stream that has no end is one of them
     */
    public List<Event> rest() {
        long end = System.nanoTime() + deadline.toNanos();
        List<Event> events = new ArrayList<>();
        while (true) {
            Signal signal = expect(Signal.class, "the end", end);
            if (signal instanceof Signal.End) {
                return events;
            }
            if (!(signal instanceof Event event)) {
                throw failed("the end", told(signal));
            }
            events.add(event);
        }
    }

    private <S extends Signal> S expect(Class<S> kind, String what, long end) {
        Signal signal = take(end);
        while (signal instanceof Signal.Heartbeat) {
            signal = take(end);
        }
        if (signal == null) {
            throw failed(
                    what,
                    Thread.currentThread().isInterrupted()
                            ? "an interrupt of the reading thread"
                            : "nothing within " + deadline.toMillis() + " ms");
        }
        if (!kind.isInstance(signal)) {
            throw failed(what, told(signal));
        }
        count++;
        came.add(told(signal));
        if (came.size() > SHOWN) {
            came.remove();
        }
        return kind.cast(signal);
    }

    private @Nullable Signal take(long end) {
        for (Signal signal = cursor.poll(); ; signal = cursor.poll()) {
            long left = end - System.nanoTime();
            if (signal != null || left <= 0 || Thread.currentThread().isInterrupted()) {
                return signal;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    private AssertionError failed(String what, String instead) {
        return new AssertionError(asked + ": expected " + what + ", but there was " + instead + "; before it came "
                + (count > SHOWN ? count + ", the last of them " : "") + came);
    }

    private static String told(Signal signal) {
        return switch (signal) {
            case Event event -> "\"" + shortened(text(event)) + "\"";
            case Signal.Stop stop -> "a stop with " + stop.code() + " (" + stop.message() + ")";
            case Signal.Gap gap -> "a gap (" + gap.reason() + ") from " + gap.from() + " to " + gap.to();
            case Signal.End end -> "the end after " + end.events() + " events";
            case Signal.Open open -> "the beginning";
            case Signal.Heartbeat heartbeat -> "a heartbeat";
        };
    }

    private static String shortened(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }

    private static String text(Event event) {
        return event.data() == null ? "null" : event.data().toText();
    }

    /** Leaves the stream. */
    @Override
    public void close() {
        cursor.close();
    }
}
