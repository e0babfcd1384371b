package dev.weir.sources.kafka;

import dev.weir.hub.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What one consumer reads of the past. It keeps what it has read ahead, so that a portion which begins where the last one ended
 * costs no seek and, most of the time, no fetch.
 */
final class History {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PROOF = Duration.ofMillis(2);
    private static final String NOWHERE = "";

    private final Consumer<byte[], byte[]> consumer;
    private final Records records;
    private final Damage damage;
    private final Map<TopicPartition, Queue<ConsumerRecord<byte[], byte[]>>> ahead = new HashMap<>();
    private String stands = NOWHERE;

    History(Consumer<byte[], byte[]> consumer, Records records, Damage damage) {
        this.consumer = consumer;
        this.records = records;
        this.damage = damage;
    }

    /** The position behind which its next records lie; empty if that is not known. */
    String stands() {
        return stands;
    }

    /** Fills a portion, or a part of it. Blocks for a fetch at the most. */
    void fill(Portion portion) {
        List<TopicPartition> behind = portion.behind();
        if (behind.isEmpty()) {
            return;
        }
        boolean goesOn = stands.equals(portion.from().id()) && ahead.keySet().containsAll(behind);
        stands = NOWHERE;
        try {
            if (behind.stream().noneMatch(each -> portion.lacks(each.partition()))) {
                prove(portion, behind);
            } else {
                if (!goesOn) {
                    begin(portion.from(), behind);
                }
                read(portion, behind);
                stands = portion.from().id();
            }
        } catch (OffsetOutOfRangeException outside) {
            outside(portion, outside);
        } catch (KafkaException failure) {
            Damage.Stretch lost = damage.find(consumer, failure);
            if (lost == null) {
                throw failure;
            }
            portion.pass(lost);
        }
    }

    private void begin(Position from, List<TopicPartition> partitions) {
        ahead.clear();
        partitions.forEach(partition -> ahead.put(partition, new ArrayDeque<>()));
        consumer.assign(partitions);
        seek(from, partitions);
    }

    private void seek(Position from, List<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            int number = partition.partition();
            consumer.seek(partition, Clients.seek(from.offset(number), from.leaderEpoch(number)));
        }
    }

    private void read(Portion portion, List<TopicPartition> behind) {
        if (!take(portion, behind)) {
            fetch(behind);
            take(portion, behind);
        }
        for (TopicPartition partition : behind) {
            ConsumerRecord<byte[], byte[]> next = queue(partition).peek();
            portion.moveOn(partition.partition(), next == null ? Clients.position(consumer, partition) : next.offset());
        }
    }

    /** From what was read ahead. False: there was nothing. */
    private boolean take(Portion portion, List<TopicPartition> behind) {
        boolean taken = false;
        for (TopicPartition partition : behind) {
            Queue<ConsumerRecord<byte[], byte[]>> queue = queue(partition);
            long end = portion.to().offset(partition.partition());
            for (ConsumerRecord<byte[], byte[]> next = queue.peek();
                    next != null && next.offset() < end && !portion.full();
                    next = queue.peek()) {
                portion.add(records.signal(next, portion.from()));
                queue.remove();
                taken = true;
            }
        }
        return taken;
    }

    /** Of those partitions alone that are wanted and of which nothing is left, so that what is read ahead stays small. */
    private void fetch(List<TopicPartition> behind) {
        Set<TopicPartition> rest = new HashSet<>(ahead.keySet());
        for (TopicPartition partition : behind) {
            if (queue(partition).isEmpty()) {
                rest.remove(partition);
            }
        }
        consumer.pause(rest);
        try {
            ConsumerRecords<byte[], byte[]> fetched = consumer.poll(POLL);
            for (TopicPartition partition : fetched.partitions()) {
                queue(partition).addAll(fetched.records(partition));
            }
        } finally {
            consumer.resume(rest);
        }
    }

    private Queue<ConsumerRecord<byte[], byte[]>> queue(TopicPartition partition) {
        return ahead.computeIfAbsent(partition, any -> new ArrayDeque<>());
    }

    /**
     * Proves positions where nothing follows: a question to the broker and an answer. Paused, because the broker would keep the
     * question waiting behind a fetch that finds nothing.
     */
    private void prove(Portion portion, List<TopicPartition> positions) {
        ahead.clear();
        consumer.assign(positions);
        // A consumer that does not know the leader takes any position for a good one; this makes it know.
        consumer.endOffsets(positions, POLL);
        seek(portion.from(), positions);
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
        positions.forEach(each -> portion.moveOn(each.partition(), Clients.position(consumer, each)));
    }

    private void outside(Portion portion, OffsetOutOfRangeException outside) {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(outside.partitions(), POLL);
        outside.offsetOutOfRangePartitions().forEach((partition, asked) -> {
            long begin = begins.getOrDefault(partition, 0L);
            if (outside instanceof LogTruncationException truncated) {
                OffsetAndMetadata held = truncated.divergentOffsets().get(partition);
                portion.truncated(partition.partition(), held == null ? begin : held.offset(), asked);
            } else if (asked < begin) {
                portion.expired(partition.partition(), asked, begin);
            } else {
                portion.change();
            }
        });
    }
}
