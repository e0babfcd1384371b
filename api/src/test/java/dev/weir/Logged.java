package dev.weir;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs, at all levels, from now until it is closed. */
final class Logged extends Handler implements AutoCloseable {

    private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
    private final Logger logger;

    Logged(Class<?> of) {
        logger = Logger.getLogger(of.getName());
        logger.setLevel(Level.ALL);
        logger.addHandler(this);
    }

    long count(Level level) {
        return records.stream().filter(each -> each.getLevel().equals(level)).count();
    }

    /** What was thrown, as the first record tells it. */
    Throwable thrown() {
        return Objects.requireNonNull(records.element().getThrown());
    }

    @Override
    public void publish(LogRecord logged) {
        records.add(logged);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(null);
    }
}
