package dev.weir.server.access;

import dev.weir.Event;
import dev.weir.Refusal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries on their way to the topic {@code access}. Adding never waits: what finds no room is dropped and counted, and the count is
 * told by an event of type {@code dropped} as soon as there is room again. Safe for any number of threads.
 */
public final class AccessLog implements AutoCloseable {

    private static final Logger LOG = System.getLogger(AccessLog.class.getName());
    private static final int ROOM = 4096;
    private static final int BATCH = 256;

    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(ROOM);
    private final LongAdder dropped = new LongAdder();
    private final LongAdder droppedEver = new LongAdder();
    private @Nullable Thread writer;

    /** An empty log; entries are kept until {@link #writeTo}. */
    public AccessLog() {}

    /**
     * Adds an entry. Never waits.
     *
     * @param entry what happened
     */
    public void add(AccessEntry entry) {
        if (!waiting.offer(entry.toEvent())) {
            dropped.increment();
            droppedEver.increment();
        }
    }

    /**
     * How many entries have been dropped and not been told of yet.
     *
     * @return 0 or more
     */
    public long dropped() {
        return dropped.sum();
    }

    /**
     * How many entries have been dropped since the start.
     *
     * @return 0 or more
     */
    public long droppedEver() {
        return droppedEver.sum();
    }

    /**
     * Starts to write what is waiting and what is still to come, on a thread of its own. Called once.
     *
     * @param sink takes a batch; may block, and throw a {@link Refusal} if nobody could
     */
    public void writeTo(Consumer<List<Event>> sink) {
        writer = Thread.ofVirtual().name("weir-access-log").start(() -> write(sink));
    }

    private void write(Consumer<List<Event>> sink) {
        List<Event> batch = new ArrayList<>(BATCH);
        try {
            while (true) {
                batch.add(waiting.take());
                waiting.drainTo(batch, BATCH - 1);
                long lost = dropped.sumThenReset();
                if (lost > 0) {
                    batch.add(Event.of("dropped", "{\"dropped\":" + lost + "}"));
                }
                if (!written(batch, sink)) {
                    int entries = batch.size() - (lost > 0 ? 1 : 0);
                    dropped.add(lost + entries);
                    droppedEver.add(entries);
                }
                batch.clear();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean written(List<Event> batch, Consumer<List<Event>> sink) {
        try {
            sink.accept(List.copyOf(batch));
            return true;
        } catch (Refusal away) {
            LOG.log(Level.DEBUG, "access log: {0}", away.getMessage());
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the access log could not be written", failure);
        }
        return false;
    }

    /** Ends writing; what still waits is lost. Idempotent, does not wait. */
    @Override
    public void close() {
        Thread present = writer;
        if (present != null) {
            present.interrupt();
        }
    }
}
