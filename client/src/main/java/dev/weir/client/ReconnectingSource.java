package dev.weir.client;

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
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Streams that come back by themselves. When one stops with a code that is retryable, or can't be opened for such a reason, it is
 * opened again behind its last id: after the time that the server has asked for, or half a second that doubles with each attempt in
 * vain, up to half a minute, whichever is longer; lengthened by up to a half at random, so that not all clients come back at once.
 * Gaps are passed on, so that nothing is missed in silence. The end, and every code that is not retryable, is final. Heartbeats are
 * not passed on.
 *
 * <p>A stream without ids begins anew where it was asked to begin. Safe for any number of threads.
 */
public final class ReconnectingSource implements EventSource {

    private static final Logger LOG = System.getLogger(ReconnectingSource.class.getName());
    private static final long FIRST_MILLIS = 500;
    private static final long MOST_MILLIS = 30_000;

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
     * Opens the first stream on a thread of its own. Blocks as {@link Cold#run} does.
     *
     * @throws Refusal what is final, if it is known at once
     */
    @Override
    public Cursor open(Subscription subscription) {
        return new Lasting(Cold.run(out -> new Attempts(subscription, out).run()), subscription.bounded());
    }

    /** The streams of one subscriber, one after the other. For one thread. */
    private final class Attempts {

        private final Cold.Emitter out;
        private final OptionalLong limit;
        private Subscription next;
        private long events;
        private long inVain;

        Attempts(Subscription subscription, Cold.Emitter out) {
            this.out = out;
            limit = subscription.limit();
            next = subscription;
        }

        void run() throws InterruptedException {
            for (Refusal why = attempt(); why != null; why = attempt()) {
                if (!why.code().retryable()) {
                    throw why;
                }
                LOG.log(Level.DEBUG, "a stream comes back: {0}", why.getMessage());
                TimeUnit.MILLISECONDS.sleep(pause(why.retryAfter()));
                inVain++;
            }
        }

        /** Null: everything was told. */
        private @Nullable Refusal attempt() throws InterruptedException {
            try (Cursor cursor = source.open(next)) {
                goOn(cursor.position());
                Thread self = Thread.currentThread();
                cursor.onReady(() -> LockSupport.unpark(self));
                for (Signal signal = take(cursor); ; signal = take(cursor)) {
                    if (signal instanceof Signal.End) {
                        return null;
                    }
                    if (signal instanceof Signal.Stop stop) {
                        goOn(stop.id());
                        return new Refusal(stop.code(), stop.message(), stop.retryAfter());
                    }
                    pass(signal);
                    if (limit.isPresent() && events == limit.getAsLong()) {
                        return null;
                    }
                }
            } catch (Refusal no) {
                return no;
            }
        }

        private Signal take(Cursor cursor) throws InterruptedException {
            for (Signal signal = cursor.poll(); ; signal = cursor.poll()) {
                if (signal != null) {
                    return signal;
                }
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }

        private void pass(Signal signal) throws InterruptedException {
            inVain = 0;
            if (signal instanceof Event || signal instanceof Signal.Gap) {
                out.emit(signal);
                events += signal instanceof Event ? 1 : 0;
            }
            goOn(signal.id());
        }

        private void goOn(String id) {
            if (Start.isId(id)) {
                next = next.withStart(new Start.After(id));
            }
        }

        private long pause(Duration asked) {
            long millis = Math.max(asked.toMillis(), Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(inVain, 10)));
            return millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        }
    }

    /** A stream of events and gaps that is as long as what it is made of. */
    private record Lasting(Cursor inner, boolean bounded) implements Cursor {

        @Override
        public void onReady(Runnable wake) {
            inner.onReady(wake);
        }

        @Override
        public @Nullable Signal poll() {
            return inner.poll();
        }

        @Override
        public String position() {
            return inner.position();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
