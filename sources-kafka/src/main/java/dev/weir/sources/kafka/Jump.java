package dev.weir.sources.kafka;

import dev.weir.Signal;
import dev.weir.hub.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Where to go on in a partition whose log does not hold the offset any more, and why. */
record Jump(TopicPartition partition, Signal.Reason reason, long offset) {

    /** Asks the broker where the partitions begin and end. Blocks. */
    static List<Jump> over(OffsetOutOfRangeException outside, Consumer<?, ?> consumer) {
        List<Jump> jumps = new ArrayList<>();
        if (outside instanceof LogTruncationException truncated) {
            truncated
                    .divergentOffsets()
                    .forEach((partition, at) ->
                            jumps.add(new Jump(partition, Signal.Reason.LOG_TRUNCATED, at.offset())));
            return jumps;
        }
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(outside.partitions());
        Map<TopicPartition, Long> ends = consumer.endOffsets(outside.partitions());
        outside.offsetOutOfRangePartitions().forEach((partition, asked) -> {
            long begin = begins.getOrDefault(partition, 0L);
            boolean before = asked < begin;
            jumps.add(new Jump(
                    partition,
                    before ? Signal.Reason.RETENTION : Signal.Reason.LOG_TRUNCATED,
                    before ? begin : ends.getOrDefault(partition, begin)));
        });
        return jumps;
    }

    /** Moves the position there and tells of what is left out. */
    Signal.Gap gap(Position position) {
        int number = partition.partition();
        long old = position.offset(number);
        position.set(number, offset, -1);
        return new Signal.Gap(
                position.id(), reason, number, Math.min(old, offset), Math.max(old, offset), OptionalLong.empty());
    }
}
