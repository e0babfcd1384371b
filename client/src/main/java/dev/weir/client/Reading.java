package dev.weir.client;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;

/**
 * A stream that is read for a listener, on a virtual thread of its own. The listener is called by that thread alone, and may block:
 * then nothing more is read, and the server sees a slow reader. With a {@link ReconnectingSource} it lasts through reconnections.
 */
public final class Reading implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Reading.class.getName());

    private final Thread thread;
    private volatile boolean closed;

    /** Is told what comes. Exactly one of {@link #onComplete} and {@link #onError} is the last, unless the reading is closed. */
    @FunctionalInterface
    public interface Listener {

        /**
         * An event.
         *
         * @param event with its id, if it has one
         */
        void onEvent(Event event);

        /**
         * Events that will not come. By default it is logged.
         *
         * @param gap which they are, and why
         */
        default void onGap(Signal.Gap gap) {
            LOG.log(Level.WARNING, "events will not come: {0}", gap);
        }

        /**
         * The stream was refused, or has stopped: nothing more comes. By default it is logged.
         *
         * @param why code, message, and when to come back
         */
        default void onError(Refusal why) {
            LOG.log(Level.WARNING, "a stream has stopped: {0}", why.getMessage());
        }

        /** All was told. By default nothing. */
        default void onComplete() {}
    }

    private Reading(EventSource source, Subscription wanted, Listener listener) {
        thread = Thread.ofVirtual().name("weir-reading").unstarted(() -> read(source, wanted, listener));
    }

    /**
     * Opens a stream and reads it. Does not block.
     *
     * @param source where it is opened
     * @param wanted what is asked for
     * @param listener is told what comes; what it throws ends the reading, and is logged
     * @return the reading, to be closed
     */
    public static Reading start(EventSource source, Subscription wanted, Listener listener) {
        Reading reading = new Reading(source, wanted, listener);
        reading.thread.start();
        return reading;
    }

    private void read(EventSource source, Subscription wanted, Listener listener) {
        try (Signals signals = Signals.open(source, wanted)) {
            Iterator<Signal> loop = signals.iterator();
            while (!closed && loop.hasNext()) {
                Signal signal = loop.next();
                call(() -> tell(signal, listener));
            }
        } catch (Refusal no) {
            call(() -> listener.onError(no));
            return;
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a source has failed", failure);
            call(() -> listener.onError(new Refusal(Code.INTERNAL, "the source has failed: " + failure)));
            return;
        }
        call(listener::onComplete);
    }

    private void call(Runnable listening) {
        if (closed) {
            return;
        }
        try {
            listening.run();
        } catch (RuntimeException | Error failure) {
            closed = true;
            LOG.log(Level.ERROR, "a listener has failed; its stream is read no more", failure);
        }
    }

    private static void tell(Signal signal, Listener listener) {
        if (signal instanceof Event event) {
            listener.onEvent(event);
        } else if (signal instanceof Signal.Gap gap) {
            listener.onGap(gap);
        }
    }

    /** Ends the reading; the listener is told nothing more, but for what it is told just now. Does not block. Idempotent. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    /**
     * Waits until nothing more comes: the end, an error, or {@link #close}.
     *
     * @throws InterruptedException the waiting thread is interrupted
     */
    public void await() throws InterruptedException {
        thread.join();
    }
}
