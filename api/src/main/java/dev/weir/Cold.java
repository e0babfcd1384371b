package dev.weir;

import java.util.List;
import java.util.OptionalLong;
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
        return GeneratedCursor.start(List.of(), true, generator);
    }

    /**
     * The same for a table: each event is a row, a JSON array.
     *
     * @param columns their names in order, which formats for tables write first
     * @param generator makes the rows
     * @return as {@link #run(Generator)}
     * @throws Refusal as {@link #run(Generator)}
     */
    public static Cursor run(List<String> columns, Generator generator) {
        return GeneratedCursor.start(List.copyOf(columns), true, generator);
    }

    /**
     * The same for what has no end of its own, such as the tail of a log: the stream is a live one, so a client that takes nothing is
     * cut sooner, and a server that drains does not wait for its end.
     *
     * @param generator makes the events for as long as the client stays
     * @return as {@link #run(Generator)}
     * @throws Refusal as {@link #run(Generator)}
     */
    public static Cursor live(Generator generator) {
        return GeneratedCursor.start(List.of(), false, generator);
    }

    /**
     * Reads a publisher with bounded demand. Its completion is the end, its error a stop: a {@link Refusal} gives its
     * code, anything else is internal. Does not block. (Reactive Streams 1.0.4.)
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
         * the client has gone, and nothing waits for it then: what it throws after that is logged.
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

        /**
         * Tells that one item could not be made, as a gap {@link Signal.Reason#ITEM_FAILED}; the stream goes on (rule E7). Blocks as
         * {@link #emit}.
         *
         * @param id the position after the item, or the empty text if the stream can't be resumed
         * @param item its number, from 0 on
         * @throws InterruptedException as {@link #emit}
         */
        default void failed(String id, long item) throws InterruptedException {
            emit(new Signal.Gap(id, Signal.Reason.ITEM_FAILED, 0, item, item + 1, OptionalLong.of(1)));
        }

        /**
         * The same with a pace: {@link #emit} also blocks until the signal's turn has come. What is late is not made up for.
         *
         * @param signalsPerSecond more than 0
         * @return an emitter for the same thread
         * @throws IllegalArgumentException the pace is not such
         */
        default Emitter paced(double signalsPerSecond) {
            return new PacedEmitter(this, signalsPerSecond);
        }
    }
}
