package dev.weir;

import java.util.concurrent.Flow;

/** Streams made for one caller: an export, the progress of a task, tokens of a language model. */
public final class Cold {

    private Cold() {}

    /**
     * Starts a generator on a virtual thread of its own. Blocks until its first signal, its end, or 250 ms have passed, so that a
     * generator that fails at once is a refusal and not a broken stream.
     *
     * @param generator makes the events; its return is the end, an exception a stop with {@link Code#INTERNAL}
     * @return the cursor; closing it interrupts the generator
     * @throws Refusal what the generator threw before its first signal
     */
    public static Cursor run(Generator generator) {
        return GeneratedCursor.start(generator);
    }

    /**
     * Reads a publisher with bounded demand. Its completion is the end, its error a stop with {@link Code#INTERNAL}. Does not
     * block. (Reactive Streams 1.0.4.)
     *
     * @param publisher subscribed to at once
     * @return the cursor; closing it cancels the subscription
     */
    public static Cursor from(Flow.Publisher<? extends Signal> publisher) {
        PublishedCursor cursor = new PublishedCursor();
        publisher.subscribe(cursor);
        return cursor;
    }

    /** Makes the events of one stream. */
    @FunctionalInterface
    public interface Generator {

        /**
         * Emits every event and returns. Called once, on a virtual thread of its own, where it may block. It is interrupted when
         * the client has gone.
         *
         * @param out takes the events
         * @throws Exception the stream stops; a {@link Refusal} gives its code and message, anything else is logged and told as
         *     internal
         */
        void run(Emitter out) throws Exception;
    }

    /** Takes the signals of a generator. Used by the generator's thread alone. */
    @FunctionalInterface
    public interface Emitter {

        /**
         * Hands over one signal: an event, or a gap for an item that could not be made. Blocks while the client is slow: no more
         * than 64 KiB and one signal wait to be sent.
         *
         * @param signal the next signal
         * @throws InterruptedException the client has gone; let it pass
         */
        void emit(Signal signal) throws InterruptedException;
    }
}
