package dev.weir;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Everything that a subscriber is told, in order: events, and five others. Each names the position after it, so that a
 * client which has seen it can go on from there on any transport and any node. Immutable.
 */
public sealed interface Signal permits Event, Signal.Open, Signal.Heartbeat, Signal.Gap, Signal.Stop, Signal.End {

    /**
     * The position after this signal, as text: 1 to 2048 characters of {@code [A-Za-z0-9._~:-]}, opaque to clients. Empty
     * if the stream cannot be resumed.
     *
     * @return the id
     */
    String id();

    /**
     * Whether nothing follows.
     *
     * @return true for {@link Stop} and {@link End}
     */
    default boolean last() {
        return this instanceof Stop || this instanceof End;
    }

    /**
     * The stream begins: the first signal on every wire, made by {@link Delivery} from the cursor.
     *
     * @param id where the first event starts
     * @param columns names of the columns of a tabular source, else empty
     */
    record Open(String id, List<String> columns) implements Signal {}

    /**
     * Nothing has been sent for a while, and the stream lives.
     *
     * @param id where the stream stands, which moves on even while a filter lets nothing through
     * @param superseded how many events a newer one of the same key has replaced since the start
     */
    record Heartbeat(String id, long superseded) implements Signal {}

    /**
     * Something in the requested range was not delivered and will not be.
     *
     * @param id the position after the gap
     * @param reason why
     * @param partition the partition that lacks it
     * @param from first offset lost
     * @param to offset after the last one lost
     * @param count how many events were lost, if known
     * @param topic the topic that lacks it, where a connection reads several; else empty
     */
    record Gap(String id, Reason reason, int partition, long from, long to, OptionalLong count, String topic)
            implements Signal {

        /**
         * A gap in the only topic of a connection.
         *
         * @param id the position after the gap
         * @param reason why
         * @param partition the partition that lacks it
         * @param from first offset lost
         * @param to offset after the last one lost
         * @param count how many events were lost, if known
         */
        public Gap(String id, Reason reason, int partition, long from, long to, OptionalLong count) {
            this(id, reason, partition, from, to, count, "");
        }
    }

    /**
     * The server ends the stream early, on purpose or by failure.
     *
     * @param id where the client may resume
     * @param code the reason, a row of the code table
     * @param message for people; never holds a class name, address, path or token
     * @param retryAfter how long to wait before coming back, zero if the code is not retryable
     */
    record Stop(String id, Code code, String message, Duration retryAfter) implements Signal {}

    /**
     * All that was asked for has been sent.
     *
     * @param id the position after the last event
     * @param events how many events this connection was sent
     */
    record End(String id, long events) implements Signal {}

    /** Why something was not delivered. The text form is the constant in lower case with hyphens. */
    enum Reason {
        /** Older than what is kept. */
        RETENTION(Code.POSITION_EXPIRED),
        /** The subscriber was overtaken by the log. */
        SLOW(Code.SLOW_CONSUMER),
        /** Larger than the limit for an event. */
        OVERSIZED(Code.TOO_LARGE),
        /** The format has no way to write it. */
        UNENCODABLE(Code.UNSUPPORTED),
        /** The source could not make this item and went on with the next. */
        ITEM_FAILED(Code.INTERNAL),
        /** The position belongs to an earlier topic of the same name. */
        TOPIC_RECREATED(Code.CONFLICT),
        /** The position lies beyond the end of the log, which has lost its tail. */
        LOG_TRUNCATED(Code.CONFLICT);

        private final Code code;

        Reason(Code code) {
            this.code = code;
        }

        /**
         * The code of the refusal or stop that takes the gap's place under {@code on-gap=fail}.
         *
         * @return a row of the code table
         */
        public Code code() {
            return code;
        }

        @Override
        public String toString() {
            return Words.ofConstant(this);
        }
    }
}
