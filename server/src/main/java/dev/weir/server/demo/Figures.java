package dev.weir.server.demo;

import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** Publishes the figures of this host and the time, once a second, on a thread of its own, and keeps a log of the figures. */
final class Figures implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Figures.class.getName());
    private static final long SECOND = 1_000_000_000;

    private final Publisher publisher;
    private final LogFile log;
    private final SystemFigures system = new SystemFigures();
    private final Clock clock = new Clock();
    private final Thread thread;
    private volatile boolean closed;

    Figures(Publisher publisher, LogFile log) {
        this.publisher = publisher;
        this.log = log;
        thread = Thread.ofVirtual().name("weir-demo-figures").start(this::run);
    }

    private void run() {
        long next = System.nanoTime();
        while (!closed) {
            publish();
            next += SECOND;
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            } else {
                next = System.nanoTime();
            }
        }
    }

    private void publish() {
        try {
            Event figures = system.next();
            log.add(Objects.requireNonNull(figures.data()).toText());
            publisher.publish(DemoTopics.SYSTEM, List.of(figures));
            publisher.publish(DemoTopics.CLOCK, List.of(clock.next()));
        } catch (Refusal away) {
            LOG.log(Level.DEBUG, "figures of this second are left out: {0}", away.getMessage());
        } catch (IOException | RuntimeException failure) {
            LOG.log(Level.WARNING, "figures of this second are left out", failure);
        }
    }

    /** Ends the thread; waits for it a moment, so that the last figures are not cut off. Idempotent. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(500);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
