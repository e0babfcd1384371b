package dev.weir.server.faults;

/** What must never be seen. */
enum Anomaly {
    /** Acknowledged, within the range, and never delivered nor covered by a gap. */
    LOST,
    /** Left out between two events of one stream without a gap. */
    SILENT_GAP,
    /** Twice on one connection. */
    DUPLICATE_IN_STREAM,
    /** Again after a connection that was opened with an id behind it. */
    DUPLICATE_ON_RESUME,
    /** Offsets of a partition that do not increase. */
    REORDER,
    /** Never sent, never stored, or aborted. */
    PHANTOM,
    /** Data that are not whole. */
    TORN,
    /** A stream that looks complete and is not. */
    FALSE_COMPLETE,
    /** Records are there, and nothing arrives although the fault is over. */
    STUCK,
    /** Something is still held for clients that have left. */
    LEAK,
    /** More memory than there may be. */
    MEMORY
}
