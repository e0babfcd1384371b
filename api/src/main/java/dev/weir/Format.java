package dev.weir;

import org.jspecify.annotations.Nullable;

/**
 * How a subscriber wants its signals written; each transport has defaults of its own.
 *
 * @param envelope how much of an event is sent, or null for the transport's default
 * @param encoding how its data are written
 * @param heartbeats what a heartbeat looks like, or null for the transport's default
 */
public record Format(
        @Nullable Envelope envelope,
        Encoding encoding,
        @Nullable Heartbeats heartbeats) {

    /** What a request without any of these parameters gets. */
    public static final Format DEFAULT = new Format(null, Encoding.AUTO, null);

    /** Parameter {@code envelope}. */
    public enum Envelope {
        /** Id, type, key, time, headers and data. */
        FULL,
        /** The data alone. */
        NONE,
        /** What becomes of a task, line by line: starting, processing, chunk_error, error, complete. Lines of JSON only. */
        STATUS
    }

    /** Parameter {@code encoding}. */
    public enum Encoding {
        /** As the format can carry the data best, without changing them where it can. */
        AUTO,
        /** Base64 always (RFC 4648, section 4), so that every byte arrives unchanged. */
        BASE64
    }

    /** Parameter {@code heartbeat-as}. */
    public enum Heartbeats {
        /** A comment, which clients do not see. SSE only. */
        COMMENT,
        /** A named event or control line, which clients see. */
        EVENT,
        /** An empty line. Lines of JSON only. */
        BLANK
    }
}
