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

/** A thread that fills one portion of history after the other, for whichever subscriber. */
final class HistoryReader implements AutoCloseable {

    private static final Logger LOG = System.getLogger(HistoryReader.class.getName());
    private static final Executor NOW = Runnable::run;
    private static final Executor LATER = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

    private final BlockingQueue<Portion> queue;
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
    boolean offer(Portion portion) {
        return queue.offer(portion);
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                Portion portion = queue.take();
                if (!portion.cancelled()) {
                    fill(portion);
                }
            }
        } catch (InterruptedException | InterruptException | WakeupException closing) {
            // closed from outside
        }
    }

    /** Nothing but being closed ends the reader: it serves all subscribers. */
    private void fill(Portion portion) {
        boolean failed = true;
        try {
            history.fill(portion);
            failed = false;
        } catch (WakeupException | InterruptException closing) {
            throw closing;
        } catch (KafkaException passing) {
            warning.say("reading history of topic " + portion.topic() + " is tried again: " + passing.getMessage());
        } catch (RuntimeException | Error failure) {
            warning.say("reading history of topic " + portion.topic() + " failed and is tried again: " + failure);
        }
        stands = history.stands();
        portions.increment();
        portion.fill();
        try {
            (failed ? LATER : NOW).execute(portion.wake());
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
