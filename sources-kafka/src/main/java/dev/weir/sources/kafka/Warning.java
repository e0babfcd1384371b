package dev.weir.sources.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** A warning about what is tried again and again: a line a second at the most. Belongs to one thread. */
final class Warning {

    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Logger log;
    private long quietUntil = System.nanoTime();

    Warning(Logger log) {
        this.log = log;
    }

    void say(String message) {
        long now = System.nanoTime();
        if (now - quietUntil >= 0) {
            quietUntil = now + PAUSE_NANOS;
            log.log(Level.WARNING, message);
        }
    }
}
