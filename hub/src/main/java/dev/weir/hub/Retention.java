package dev.weir.hub;

import java.time.Duration;

/**
 * How much of a topic a node holds in memory, and how readers are woken. Bytes are those of data, keys, headers and ids; frames
 * that subscribers share come on top, about as much again for each format in use.
 *
 * @param events at most so many, rounded up to a power of two
 * @param bytes at most so many, but always the newest event
 * @param linger events that follow one another within this time may share a write; zero for none
 */
public record Retention(int events, long bytes, Duration linger) {

    /** 16,384 events, 16 MiB, no linger. */
    public static final Retention DEFAULT = new Retention(16_384, 16 << 20, Duration.ZERO);

    /** The most events. */
    public static final int MOST_EVENTS = 1 << 24;

    /**
     * Checks the bounds.
     *
     * @param events 1 to {@link #MOST_EVENTS}
     * @param bytes 1 or more
     * @param linger not negative
     * @throws IllegalArgumentException naming the value that is not allowed
     */
    public Retention {
        if (events < 1 || events > MOST_EVENTS) {
            throw new IllegalArgumentException("events=" + events + ": allowed are 1 to " + MOST_EVENTS);
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": allowed is 1 or more");
        }
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger=" + linger + ": allowed is zero or more");
        }
    }
}
