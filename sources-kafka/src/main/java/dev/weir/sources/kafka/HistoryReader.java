package dev.weir.sources.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/** A thread that fills one portion of history after the other, a few for each subscriber in turn. */
final class HistoryReader implements AutoCloseable {

    private static final Logger LOG = System.getLogger(HistoryReader.class.getName());
    private static final Executor NOW = Runnable::run;
    private static final Executor LATER = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

    private final BlockingQueue<Backlog> queue;
    private final Consumer<byte[], byte[]> consumer;
    private final History history;
    private final Warning warning = new Warning(LOG);
    private final Thread thread;
    private final LongAdder portions;
    private volatile String stands = "";
    private volatile boolean closed;

    HistoryReader(
            Consumer<byte[], byte[]> consumer,
            int number,
            int capacity,
            Records records,
            Damage damage,
            LongAdder portions) {
        this.consumer = consumer;
        this.portions = portions;
        queue = new LinkedBlockingQueue<>(capacity);
        history = new History(consumer, records, damage);
        thread = Thread.ofPlatform()
                .daemon()
                .name("weir-kafka-history-" + number)
                .start(this::run);
    }

    boolean full() {
        return queue.remainingCapacity() == 0;
    }

    int waiting() {
        return queue.size();
    }

    /** Whether its next records are those behind that position. */
    boolean standsAt(String id) {
        return stands.equals(id);
    }

    /** False: the queue is full. Never waits. */
    boolean offer(Backlog backlog) {
        return queue.offer(backlog);
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                Backlog backlog = queue.take();
                if (!backlog.cancelled()) {
                    serve(backlog);
                }
            }
        } catch (InterruptedException | InterruptException | WakeupException closing) {
            // closed from outside
        }
    }

    /** As much as one subscriber may hold, then it is the next one's turn. */
    private void serve(Backlog backlog) {
        boolean wanted = true;
        for (int n = 0; wanted && n < Backlog.SHARE; n++) {
            Portion portion = backlog.next();
            boolean failed = !fill(portion, backlog.topic());
            if (failed || !portion.incomplete()) {
                portion.end();
            }
            stands = history.stands();
            portions.increment();
            wanted = backlog.filled(portion);
            wake(backlog, failed ? LATER : NOW);
        }
        if (wanted && !queue.offer(backlog)) {
            backlog.end();
            wake(backlog, NOW);
        }
    }

    /** Nothing but being closed ends the reader: it serves all subscribers. False: it failed. */
    private boolean fill(Portion portion, String topic) {
        try {
            history.fill(portion);
            return true;
        } catch (WakeupException | InterruptException closing) {
            throw closing;
        } catch (KafkaException passing) {
            warning.say("reading history of topic " + topic + " is tried again: " + passing.getMessage());
        } catch (RuntimeException | Error failure) {
            warning.say("reading history of topic " + topic + " failed and is tried again: " + failure);
        }
        return false;
    }

    private static void wake(Backlog backlog, Executor when) {
        try {
            when.execute(backlog.wake());
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a wake failed", failure);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
