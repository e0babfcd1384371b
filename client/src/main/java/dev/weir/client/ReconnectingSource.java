package dev.weir.client;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Streams that come back by themselves. When one stops with a code that is retryable, or can't be opened for such a reason, it is
 * opened again behind its last id: after the time that the server has asked for (two seconds if it says nothing), or half a second that doubles with each attempt in
 * vain, up to half a minute, whichever is longer; lengthened by up to a half at random, so that not all clients come back at once.
 * Gaps are passed on, so that nothing is missed in silence. The end, and every code that is not retryable, is final. Heartbeats are
 * not passed on, but the position moves with them.
 *
 * <p>A stream without ids begins anew where it was asked to begin. A limit counts the events of all connections; {@code wait} and
 * {@code until=latest} are fixed anew by each. Safe for any number of threads.
 */
public final class ReconnectingSource implements EventSource {

    private static final Logger LOG = System.getLogger(ReconnectingSource.class.getName());
    private static final long FIRST_MILLIS = 500;
    private static final long MOST_MILLIS = 30_000;
    private static final Duration LONGEST_ASKED = Duration.ofDays(1);

    private final EventSource source;

    /**
     * Wraps a source.
     *
     * @param source is opened as often as necessary, one stream at a time for each subscriber; usually a {@link RemoteSource}
     */
    public ReconnectingSource(EventSource source) {
        this.source = source;
    }

    /**
     * Opens the first stream, which says position and columns. Blocks as the source does, and then as {@link Cold#run} does. If it
     * can't be opened now, but perhaps later, the attempts go on behind a stream that has begun, without position and columns.
     *
     * @throws Refusal what is final
     */
    @Override
    public Cursor open(Subscription subscription) {
        Attempts attempts = new Attempts(subscription);
        Cursor first = attempts.first();
        String start = first == null ? "" : first.position();
        List<String> columns = first == null ? List.of() : first.columns();
        boolean bounded = subscription.bounded() || (first != null && first.bounded());
        return new Lasting(Cold.run(columns, out -> attempts.run(first, out)), start, bounded);
    }

    /** How long to wait after so many attempts in vain. */
    static long pauseMillis(Duration asked, long inVain) {
        long wanted = (asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED).toMillis();
        long millis = Math.max(wanted, Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(inVain, 10)));
        return millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    }

    /** The streams of one subscriber, one after the other. For one thread. */
    private final class Attempts {

        private final OptionalLong limit;
        private Subscription next;
        private Refusal why = new Refusal(Code.SOURCE_UNAVAILABLE, "not opened yet");
        private String id = "";
        private long events;
        private long superseded;
        private long supersededBefore;
        private long inVain;

        Attempts(Subscription subscription) {
            limit = subscription.limit();
            next = subscription;
        }

        /** Null: not now, and {@link #run} is to try again. */
        @Nullable
        Cursor first() {
            try {
                return source.open(next);
            } catch (Refusal no) {
                if (!no.code().retryable()) {
                    throw no;
                }
                why = no;
                return null;
            }
        }

        void run(@Nullable Cursor first, Cold.Emitter out) throws InterruptedException {
            boolean over = first != null && read(first, out);
            while (!over) {
                if (!why.code().retryable()) {
                    out.emit(new Signal.Stop(id, why.code(), why.getMessage(), why.retryAfter()));
                    return;
                }
                LOG.log(Level.DEBUG, "a stream comes back: {0}", why.getMessage());
                TimeUnit.MILLISECONDS.sleep(pauseMillis(why.retryAfter(), inVain++));
                over = attempt(out);
            }
            out.emit(new Signal.End(id, events));
        }

        /** True: everything was told. */
        private boolean attempt(Cold.Emitter out) throws InterruptedException {
            Cursor cursor;
            try {
                cursor = source.open(next);
            } catch (Refusal no) {
                why = no;
                return false;
            }
            return read(cursor, out);
        }

        private boolean read(Cursor stream, Cold.Emitter out) throws InterruptedException {
            supersededBefore = superseded;
            try (Cursor cursor = stream) {
                goOn(cursor.position());
                Waiting waiting = new Waiting(cursor);
                while (limit.isEmpty() || events < limit.getAsLong()) {
                    Signal signal = waiting.next();
                    goOn(signal.id());
                    switch (signal) {
                        case Signal.End end -> {
                            return true;
                        }
                        case Signal.Stop stop -> {
                            why = new Refusal(stop.code(), stop.message(), stop.retryAfter());
                            return false;
                        }
                        case Signal.Open open -> {}
                        case Signal.Heartbeat heartbeat -> {
                            superseded = supersededBefore + heartbeat.superseded();
                            pass(new Signal.Heartbeat(heartbeat.id(), superseded), out);
                        }
                        case Event event -> {
                            events++;
                            pass(event, out);
                        }
                        case Signal.Gap gap -> pass(gap, out);
                    }
                }
                return true;
            }
        }

        private void pass(Signal signal, Cold.Emitter out) throws InterruptedException {
            inVain = 0;
            out.emit(signal);
        }

        private void goOn(String position) {
            if (Start.isId(position)) {
                id = position;
                next = next.withStart(new Start.After(position));
            }
        }
    }

    /** A stream of events and gaps that moves on with its heartbeats, and is as long as what it is made of. */
    private static final class Lasting implements Cursor {

        private final Cursor inner;
        private final String start;
        private final boolean bounded;
        private long superseded;

        Lasting(Cursor inner, String start, boolean bounded) {
            this.inner = inner;
            this.start = start;
            this.bounded = bounded;
        }

        @Override
        public void onReady(Runnable wake) {
            inner.onReady(wake);
        }

        @Override
        public @Nullable Signal poll() {
            Signal signal = inner.poll();
            while (signal instanceof Signal.Heartbeat heartbeat) {
                superseded = heartbeat.superseded();
                signal = inner.poll();
            }
            return signal;
        }

        @Override
        public String position() {
            String told = inner.position();
            return told.isEmpty() ? start : told;
        }

        @Override
        public List<String> columns() {
            return inner.columns();
        }

        @Override
        public long superseded() {
            return superseded;
        }

        @Override
        public boolean bounded() {
            return bounded;
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
