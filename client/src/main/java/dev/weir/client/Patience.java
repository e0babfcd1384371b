package dev.weir.client;

import dev.weir.Subscription;
import java.time.Duration;

/** How long a connection may bring nothing before it is taken for dead. */
final class Patience {

    private static final Duration WITH_AN_END = Duration.ofMinutes(5);

    private Patience() {}

    /** Live streams are never silent for more than 1.5 heartbeats (rule H2); of those with an end nothing is promised. */
    static Duration with(Subscription subscription) {
        return subscription.bounded() ? WITH_AN_END : subscription.heartbeat().multipliedBy(3);
    }
}
