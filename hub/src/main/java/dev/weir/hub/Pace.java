package dev.weir.hub;

/**
 * What a {@link Feed} makes: so many events at once, then others at a steady rate.
 *
 * @param rate events in a second after the burst; 0 for none
 * @param size bytes of data in each event; less than what fits without filler, about 60, gives that
 * @param burst events at once at the start
 */
public record Pace(int rate, int size, int burst) {

    /** The highest rate. */
    public static final int MOST_RATE = 10_000_000;

    /** The most bytes of data. */
    public static final int MOST_SIZE = 1 << 24;

    /** The largest burst, which is as much as a topic can hold. */
    public static final int MOST_BURST = Retention.MOST_EVENTS;

    private static final long SECOND = 1_000_000_000;

    /**
     * Checks the bounds.
     *
     * @param rate 0 to {@link #MOST_RATE}
     * @param size 0 to {@link #MOST_SIZE}
     * @param burst 0 to {@link #MOST_BURST}
     * @throws IllegalArgumentException naming the value that is not allowed
     */
    public Pace {
        require("rate", rate, MOST_RATE);
        require("size", size, MOST_SIZE);
        require("burst", burst, MOST_BURST);
    }

    private static void require(String name, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(name + "=" + value + ": allowed are 0 to " + most);
        }
    }

    /** Nanoseconds from the start to the event of this number after the burst. Only with a rate. */
    long dueNanos(long number) {
        return number / rate * SECOND + number % rate * SECOND / rate;
    }
}
