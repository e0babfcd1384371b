package dev.weir.sources.kafka;

import dev.weir.hub.Position;
import dev.weir.hub.TopicLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * The one consumer of a topic on this node: reads its head into the shared log on a thread of its own, which never waits for a
 * client. The merge order of the partitions is the order of the log.
 */
final class TopicReader implements AutoCloseable {

    private static final Logger LOG = System.getLogger(TopicReader.class.getName());
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaTopic topic;
    private final TopicLog log;
    private final Records records;
    private final Damage damage;
    private final Consumer<byte[], byte[]> consumer;
    private final Warning warning = new Warning(LOG);
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean deleted;

    // how far behind it is, asked for now and then
    private volatile @Nullable Position asked;
    private volatile long behind;

    // the reading thread's
    private final Position position;

    /**
     * Starts to read.
     *
     * @param from where the log begins
     * @param topic asked after each poll whether anybody needs this reader, and told when it ends
     */
    TopicReader(
            KafkaTopic topic,
            Position from,
            TopicLog log,
            Records records,
            Damage damage,
            Consumer<byte[], byte[]> consumer) {
        this.topic = topic;
        this.log = log;
        this.records = records;
        this.damage = damage;
        this.consumer = consumer;
        position = from.copy();
        thread = Thread.ofPlatform().daemon().name("weir-kafka-" + topic.name()).start(this::read);
    }

    private void read() {
        try (consumer) {
            assign();
            while (!closed && !topic.retired()) {
                try {
                    measure();
                    step();
                } catch (WakeupException | InterruptException closing) {
                    closed = true;
                } catch (OffsetOutOfRangeException changed) {
                    LOG.log(Level.WARNING, "topic " + topic.name() + " is read anew: " + changed.getMessage());
                    closed = true;
                } catch (KafkaException passing) {
                    if (passed(passing)) {
                        continue;
                    }
                    warning.say("reading topic " + topic.name() + " is tried again: " + passing.getMessage());
                    Thread.sleep(POLL.toMillis());
                }
            }
        } catch (InterruptedException | WakeupException | InterruptException closing) {
            // closed from outside
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "the reader of topic " + topic.name() + " failed", failure);
        } finally {
            topic.ended(this);
            log.close();
        }
    }

    private void step() {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            log.append(records.signal(record, position));
        }
    }

    private void measure() {
        Position end = asked;
        if (end != null) {
            asked = null;
            long sum = 0;
            for (int partition = 0; partition < position.partitions(); partition++) {
                long reached = Clients.position(consumer, new TopicPartition(topic.name(), partition));
                sum += Math.max(0, end.offset(partition) - Math.max(reached, position.offset(partition)));
            }
            behind = sum;
        }
    }

    private void assign() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < position.partitions(); partition++) {
            partitions.add(new TopicPartition(topic.name(), partition));
        }
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            int number = partition.partition();
            consumer.seek(partition, Clients.seek(position.offset(number), position.leaderEpoch(number)));
        }
    }

    /** Whether it was a stretch that can't be read, which is a gap now. */
    private boolean passed(KafkaException failure) {
        Damage.Stretch lost = damage.find(consumer, failure);
        if (lost != null) {
            log.append(lost.gap(position));
        }
        assign();
        return lost != null;
    }

    /** Measures soon how far behind an end it is. Never waits. */
    void measure(Position end) {
        asked = end;
    }

    /** How many offsets it was behind when that was last measured. */
    long behind() {
        return behind;
    }

    /** The shared log. */
    TopicLog log() {
        return log;
    }

    /** Ends the thread soon; its subscribers are told that there is nothing to come back to. */
    void delete() {
        deleted = true;
        stop();
    }

    /** Whether that is why the log is closed. */
    boolean deleted() {
        return deleted;
    }

    /** Ends the thread soon; its subscribers are told to come back. */
    void stop() {
        closed = true;
        consumer.wakeup();
    }

    /** Ends the thread and its consumer, and waits until both are gone, five seconds at the most. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
