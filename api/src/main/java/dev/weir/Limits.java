package dev.weir;

import java.time.Duration;
import java.util.Set;

/**
 * What the streams of a server may take, counted over all transports together. A number of 0 is no limit. Behind a proxy all
 * clients have the proxy's address.
 *
 * @param streams open at the same time; more are refused as {@link Code#OVERLOADED}
 * @param streamsPerAddress open at the same time from one address; more are refused as {@link Code#QUOTA}
 * @param startsPerSecond starts in a second, those that the source refuses included; more are refused as
 *     {@link Code#OVERLOADED}
 * @param startsPerSecondPerAddress attempts in a second from one address, whatever becomes of them; more are refused as
 *     {@link Code#QUOTA}
 * @param duration after this time, or up to a tenth less, a stream is stopped with {@link Code#MAX_DURATION}; zero for never
 * @param slow what a subscriber may ask for with the parameter {@code slow}; without {@link Subscription.Slow#LAG} the first of
 *     them is what subscribers get who ask for nothing
 */
public record Limits(
        int streams,
        int streamsPerAddress,
        int startsPerSecond,
        int startsPerSecondPerAddress,
        Duration duration,
        Set<Subscription.Slow> slow) {

    /** No limit at all. */
    public static final Limits NONE = new Limits(0, 0, 0, 0, Duration.ZERO, Set.of(Subscription.Slow.values()));

    /**
     * Checks the numbers.
     *
     * @param streams 0 or more
     * @param streamsPerAddress 0 or more
     * @param startsPerSecond 0 or more
     * @param startsPerSecondPerAddress 0 or more
     * @param duration zero, or a second to 365 days
     * @param slow one or more
     * @throws IllegalArgumentException naming the value that is not allowed
     */
    public Limits {
        slow = Set.copyOf(slow);
        if (slow.isEmpty()) {
            throw new IllegalArgumentException("slow: allowed is one policy or more");
        }
        require("streams", streams);
        require("streamsPerAddress", streamsPerAddress);
        require("startsPerSecond", startsPerSecond);
        require("startsPerSecondPerAddress", startsPerSecondPerAddress);
        if (!duration.isZero() && (duration.toSeconds() < 1 || duration.toDays() > 365)) {
            throw new IllegalArgumentException(
                    "duration=" + duration + ": allowed are zero for none, and a second to 365 days");
        }
    }

    private static void require(String name, int number) {
        if (number < 0) {
            throw new IllegalArgumentException(name + "=" + number + ": allowed is 0 or more");
        }
    }
}
