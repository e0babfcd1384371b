package dev.weir.sources.kafka;

import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.Position;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * A few consumers that read history for all subscribers who are behind. They are leased for one portion at a time and in turn, so
 * that a client who has stopped reading holds none of them.
 */
final class CatchUp implements AutoCloseable {

    /** The most that is read for one subscriber at a time, in bytes; one event may exceed it. */
    static final int PORTION = 64 << 10;

    private static final Logger LOG = System.getLogger(CatchUp.class.getName());
    private static final int QUEUE = 10_000;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PROOF = Duration.ofMillis(2);
    private static final Executor NOW = Runnable::run;
    private static final Executor LATER = CompletableFuture.delayedExecutor(POLL.toMillis(), TimeUnit.MILLISECONDS);

    private final BlockingQueue<Portion> queue = new LinkedBlockingQueue<>(QUEUE);
    private final Records records;
    private final Damage damage;
    private final List<Reader> readers = new ArrayList<>();

    CatchUp(Clients clients, int count, Records records, Damage damage) {
        this.records = records;
        this.damage = damage;
        for (int n = 0; n < count; n++) {
            readers.add(new Reader(clients.historyConsumer("history-" + n), n));
        }
    }

    /** Whether a portion would be refused. */
    boolean full() {
        return queue.remainingCapacity() == 0;
    }

    /** Queues a portion. False: the queue is full. Never waits. */
    boolean offer(Portion portion) {
        return queue.offer(portion);
    }

    @Override
    public void close() {
        readers.forEach(Reader::close);
    }

    /** One portion for one subscriber: asked for by its cursor, filled by a reader, then the cursor's again. */
    static final class Portion {

        private final String topic;
        private final Position from;
        private final Position to;
        private final Runnable wake;
        private final Queue<Signal> signals = new ArrayDeque<>();
        private boolean changed;
        private volatile boolean filled;
        private volatile boolean cancelled;

        /**
         * @param from where to begin; it moves on to where the portion ends
         * @param to what the subscriber needs, partition by partition; nothing is read past it
         * @param wake run once it is filled
         */
        Portion(String topic, Position from, Position to, Runnable wake) {
            this.topic = topic;
            this.from = from.copy();
            this.to = to;
            this.wake = wake;
        }

        boolean filled() {
            return filled;
        }

        /** For the cursor, once filled. */
        @Nullable
        Signal next() {
            return signals.poll();
        }

        /** For the cursor, once filled. */
        Position reached() {
            return from;
        }

        /** For the cursor, once filled: whether Kafka still holds what the position has seen, or has told since. */
        boolean proven() {
            for (int partition = 0; partition < to.partitions(); partition++) {
                if (KafkaTopic.precedes(from, to, partition)) {
                    return false;
                }
            }
            return true;
        }

        /** For the cursor, once filled: whether the log is not the one that was read before, so that the client must ask anew. */
        boolean changed() {
            return changed;
        }

        void cancel() {
            cancelled = true;
        }

        private void fill(Consumer<byte[], byte[]> consumer, Records records, Damage damage) {
            List<TopicPartition> behind = new ArrayList<>();
            for (int partition = 0; partition < to.partitions(); partition++) {
                if (from.offset(partition) < to.offset(partition) || KafkaTopic.precedes(from, to, partition)) {
                    behind.add(new TopicPartition(topic, partition));
                }
            }
            if (behind.isEmpty()) {
                return;
            }
            boolean events =
                    behind.stream().anyMatch(each -> from.offset(each.partition()) < to.offset(each.partition()));
            consumer.assign(behind);
            try {
                if (!events) {
                    // A consumer that does not know the leader takes any position for a good one; this makes it know.
                    consumer.endOffsets(behind, POLL);
                }
                for (TopicPartition partition : behind) {
                    int number = partition.partition();
                    consumer.seek(partition, Clients.seek(from.offset(number), from.leaderEpoch(number)));
                }
                if (!events) {
                    prove(consumer, behind);
                    moveOn(consumer, behind);
                } else if (take(consumer, records)) {
                    moveOn(consumer, behind);
                }
            } catch (OffsetOutOfRangeException outside) {
                Map<TopicPartition, Long> begins = consumer.beginningOffsets(outside.partitions(), POLL);
                outside.offsetOutOfRangePartitions().forEach((partition, asked) -> {
                    long begin = begins.getOrDefault(partition, 0L);
                    if (outside instanceof LogTruncationException truncated) {
                        OffsetAndMetadata held = truncated.divergentOffsets().get(partition);
                        signals.add(truncated(partition.partition(), held == null ? begin : held.offset(), asked));
                    } else if (asked < begin) {
                        signals.add(expired(partition.partition(), asked, begin));
                    } else {
                        changed = true;
                    }
                });
            } catch (KafkaException failure) {
                Damage.Stretch lost = damage.find(consumer, failure);
                if (lost == null) {
                    throw failure;
                }
                pass(lost);
            }
        }

        private void pass(Damage.Stretch lost) {
            long end = Math.min(lost.to(), to.offset(lost.of().partition()));
            if (lost.from() < end) {
                signals.add(new Damage.Stretch(lost.of(), lost.from(), end).gap(from));
            }
        }

        private Signal truncated(int partition, long held, long asked) {
            from.set(partition, held, -1);
            return new Signal.Gap(from.id(), Signal.Reason.LOG_TRUNCATED, partition, held, asked, OptionalLong.empty());
        }

        private Signal expired(int partition, long asked, long begin) {
            from.set(partition, begin, -1);
            return new Signal.Gap(from.id(), Signal.Reason.RETENTION, partition, asked, begin, OptionalLong.empty());
        }

        /**
         * Proves positions where nothing follows: a question to the broker and an answer. Paused, because the broker would keep the
         * question waiting behind a fetch that finds nothing.
         */
        private void prove(Consumer<byte[], byte[]> consumer, List<TopicPartition> positions) {
            long end = System.nanoTime() + POLL.toNanos();
            consumer.pause(positions);
            try {
                do {
                    consumer.poll(PROOF);
                } while (positions.stream().anyMatch(each -> Clients.position(consumer, each) == 0)
                        && System.nanoTime() - end < 0);
            } finally {
                consumer.resume(positions);
            }
        }

        /** False: there is more than a portion. */
        private boolean take(Consumer<byte[], byte[]> consumer, Records records) {
            int bytes = 0;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to.offset(record.partition())) {
                    if (bytes >= PORTION) {
                        return false;
                    }
                    Signal signal = records.signal(record, from);
                    bytes += signal instanceof Event event ? event.weight() : 0;
                    signals.add(signal);
                }
            }
            return true;
        }

        /** Past markers and holes. */
        private void moveOn(Consumer<byte[], byte[]> consumer, List<TopicPartition> behind) {
            for (TopicPartition partition : behind) {
                int number = partition.partition();
                long stands = Clients.position(consumer, partition);
                if (stands >= to.offset(number)) {
                    from.set(
                            number,
                            Math.max(to.offset(number), from.offset(number)),
                            Math.max(from.leaderEpoch(number), to.leaderEpoch(number)));
                } else if (stands > from.offset(number)) {
                    from.set(number, stands, from.leaderEpoch(number));
                }
            }
        }
    }

    private final class Reader implements AutoCloseable {

        private final Consumer<byte[], byte[]> consumer;
        private final Warning warning = new Warning(LOG);
        private final Thread thread;
        private volatile boolean closed;

        Reader(Consumer<byte[], byte[]> consumer, int number) {
            this.consumer = consumer;
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("weir-kafka-history-" + number)
                    .start(this::run);
        }

        private void run() {
            try (consumer) {
                while (!closed) {
                    Portion portion = queue.take();
                    if (!portion.cancelled) {
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
                portion.fill(consumer, records, damage);
                failed = false;
            } catch (WakeupException | InterruptException closing) {
                throw closing;
            } catch (KafkaException passing) {
                warning.say("reading history of topic " + portion.topic + " is tried again: " + passing.getMessage());
            } catch (RuntimeException | Error failure) {
                LOG.log(Level.ERROR, "reading history of topic " + portion.topic + " failed", failure);
            }
            portion.filled = true;
            try {
                (failed ? LATER : NOW).execute(portion.wake);
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
}
