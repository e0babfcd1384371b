package dev.weir;

import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's reader of a source. It is pulled and never waits: {@link #poll} gives the next signal or nothing, and after
 * nothing it owes a wake.
 *
 * @implSpec Never called by two threads at once, {@code close} included, so it needs no locks; calls in a row may come from
 *     different threads, with a happens-before edge between them.
 */
public interface Cursor extends AutoCloseable {

    /**
     * Sets what is run when there may be something to poll again. This or the other of that name is called once, before the first
     * poll; a cursor around another hands on both.
     *
     * @param wake never waits; may be run by any thread, at any time, too often, and even after {@link #close}
     */
    void onReady(Runnable wake);

    /**
     * The same for a reader that one executor polls, along with many others: a source that wakes many of them at once may do it in
     * one task there, which costs less. Called instead of {@link #onReady(Runnable)}.
     *
     * @param wake as there
     * @param loop the only one that polls; it may run tasks of different cursors at the same time
     */
    default void onReady(Runnable wake, Executor loop) {
        onReady(wake);
    }

    /**
     * The next signal. Never waits. Called any number of times, but not after a signal that is {@link Signal#last}.
     *
     * @return the next signal, or null: there is nothing now, and from here on a wake is owed as soon as there may be
     */
    @Nullable
    Signal poll();

    /**
     * Where the next signal starts. A filter's moves on with what it drops. Never waits.
     *
     * @return an id, or the empty text if the stream cannot be resumed
     */
    String position();

    /**
     * Names of the columns, for sources whose events are rows.
     *
     * @return empty unless the source is a table
     */
    default List<String> columns() {
        return List.of();
    }

    /**
     * How many events a newer one of the same key has replaced since the start.
     *
     * @return 0 unless events are conflated
     */
    default long superseded() {
        return 0;
    }

    /**
     * Whether the stream has an end of its own, such as an export has and a topic has not. Asked once, after it was opened.
     *
     * @return true if it will end by itself
     */
    default boolean bounded() {
        return false;
    }

    /**
     * Whether the last signal has been due for so long that a connection which takes nothing is to be cut without it. Any thread,
     * at any time.
     *
     * @return false unless the stream is being stopped
     */
    default boolean overdue() {
        return false;
    }

    /** Frees everything it holds. Called exactly once, never blocks for long; on return the source is not called again. */
    @Override
    void close();
}
