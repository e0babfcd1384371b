package dev.weir.sources.kafka;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.hub.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What only the broker knows: a topic's generation and partitions, and where its log begins and ends. Every call blocks. */
final class Offsets {

    /** So long a broker may take to hear from its controller of new partitions. */
    private static final long HEARD_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long ASK_MILLIS = 200;

    private final Admin admin;
    private final Duration timeout;

    Offsets(Admin admin, Duration timeout) {
        this.admin = admin;
        this.timeout = timeout;
    }

    /** Offset 0 of every partition of the topic as it is now. */
    Position start(String topic) {
        Map<String, TopicDescription> all =
                await(topic, admin.describeTopics(List.of(topic)).allTopicNames());
        TopicDescription found = all.values().iterator().next();
        long bits = found.topicId().getMostSignificantBits() ^ found.topicId().getLeastSignificantBits();
        return Position.start(
                topic, (int) (bits ^ bits >>> 32), found.partitions().size());
    }

    /** How many partitions the topic has; a broker that knows of fewer than were told is asked again for a second. */
    int partitions(String topic, int told) {
        long asked = System.nanoTime();
        int known = start(topic).partitions();
        while (known < told && System.nanoTime() - asked < HEARD_NANOS) {
            pause();
            known = start(topic).partitions();
        }
        return known;
    }

    private static void pause() {
        try {
            Thread.sleep(ASK_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw away();
        }
    }

    Position begin(String topic, Position like) {
        return list(topic, like, OffsetSpec.earliest());
    }

    /** Up to the last stable offset: what a reader of committed records can see. */
    Position end(String topic, Position like) {
        return list(topic, like, OffsetSpec.latest());
    }

    /** Up to the high watermark: with what open transactions hold back. */
    Position highWatermark(String topic, Position like) {
        return list(topic, like, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /** The first record at or after a time, the end where there is none. */
    Position at(String topic, Position like, Instant time) {
        Position end = end(topic, like);
        Position found = list(topic, like, OffsetSpec.forTimestamp(time.toEpochMilli()));
        for (int partition = 0; partition < like.partitions(); partition++) {
            if (found.offset(partition) < 0) {
                found.set(partition, end.offset(partition), end.leaderEpoch(partition));
            }
        }
        return found;
    }

    private Position list(String topic, Position like, OffsetSpec where) {
        return list(topic, like, where, IsolationLevel.READ_COMMITTED);
    }

    private Position list(String topic, Position like, OffsetSpec where, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < like.partitions(); partition++) {
            asked.put(new TopicPartition(topic, partition), where);
        }
        Map<TopicPartition, ListOffsetsResultInfo> found = await(
                topic,
                admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all());
        Position position = like.copy();
        found.forEach((partition, info) -> position.set(
                partition.partition(), info.offset(), info.leaderEpoch().orElse(-1)));
        return position;
    }

    private <T> T await(String topic, KafkaFuture<T> answer) {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new Refusal(Code.NOT_FOUND, "no topic " + topic + " on the broker");
            }
            throw away();
        } catch (TimeoutException late) {
            throw away();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw away();
        }
    }

    static Refusal away() {
        return new Refusal(Code.SOURCE_UNAVAILABLE, "the broker behind this topic is away; try again later");
    }
}
