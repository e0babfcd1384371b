package dev.weir;

import java.io.IOException;

/**
 * The sending half of one connection. {@link Delivery} drives it and ends it with exactly one of {@link #refuse}, {@link #close}
 * and {@link #abort}; an abort may also cut a close that has not finished.
 *
 * @implSpec Used by one thread at a time, except for {@link #abort} under {@link Delivery#run}.
 */
public interface Wire {

    /**
     * Answers no, instead of {@link #open}. May block. At most once.
     *
     * @param why code, message and time to wait
     * @throws IOException the peer is gone
     */
    void refuse(Refusal why) throws IOException;

    /**
     * Begins the stream. May block. Once. On return or with the flush that follows, status and headers are on their way, even
     * if no byte of a body follows.
     *
     * @param at where the stream really starts, and the columns of a table
     * @param codec the format of the frames to come
     * @throws IOException the peer is gone
     */
    void open(Signal.Open at, Codec codec) throws IOException;

    /**
     * Whether there is room for another frame. Never blocks; asked before each one. A wire whose writes block says yes.
     *
     * @return false if not; {@link Delivery#wake} must then be called once there is
     */
    default boolean ready() {
        return true;
    }

    /**
     * How much the peer has taken so far, in any unit that only grows, so that a write that is slow but moves on is told from one
     * that stands still. Any thread; never blocks.
     *
     * @return 0 if the wire can't tell
     */
    default long taken() {
        return 0;
    }

    /**
     * Sends a frame, the whole of it. May keep it until {@link #flush}; blocks only if {@link #ready} is always true.
     *
     * @param frame shared with other wires
     * @throws IOException the peer is gone
     */
    void write(Bytes frame) throws IOException;

    /**
     * Sends what was kept. Called at the end of every batch, so that a batch is one write.
     *
     * @throws IOException the peer is gone
     */
    void flush() throws IOException;

    /**
     * Ends the stream after what was written. Once. May return before it is done.
     *
     * @param last {@link Signal.End}: cleanly. {@link Signal.Stop}: so that a bounded stream does not look complete
     * @throws IOException the peer is gone
     */
    void close(Signal last) throws IOException;

    /**
     * Cuts the connection now, without waiting: the peer is gone or stalled. Idempotent; does nothing once closed. Under {@link
     * Delivery#run} it may come from any thread and frees a blocked write.
     */
    void abort();
}
