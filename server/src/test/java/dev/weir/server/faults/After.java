package dev.weir.server.faults;

import java.time.Duration;

/** A time that passes, as a condition to wait for, where the passing of time is itself the experiment. */
final class After {

    private final long end;

    After(Duration time) {
        end = System.nanoTime() + time.toNanos();
    }

    boolean over() {
        return System.nanoTime() - end >= 0;
    }
}
