package dev.weir.sources.kafka;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import dev.weir.hub.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Kafka's records as signals. No record fails: what is too large is a gap, and the rest is carried as it is. */
final class Records {

    private final int maxEventBytes;

    Records(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /** Moves the position past the record and makes its signal. */
    Signal signal(ConsumerRecord<byte[], byte[]> record, Position position) {
        int partition = record.partition();
        long offset = record.offset();
        position.set(partition, offset + 1, record.leaderEpoch().orElse(-1));
        String id = position.id();
        byte[] value = record.value();
        if (value != null && value.length > maxEventBytes) {
            return new Signal.Gap(id, Signal.Reason.OVERSIZED, partition, offset, offset + 1, OptionalLong.of(1));
        }
        byte[] key = record.key();
        List<Header> headers = headers(record);
        return new Event(
                id,
                partition,
                offset,
                record.timestamp(),
                type(headers),
                key == null ? null : Bytes.owned(key),
                headers,
                value == null ? null : Bytes.owned(value));
    }

    private static List<Header> headers(ConsumerRecord<byte[], byte[]> record) {
        org.apache.kafka.common.header.Header[] all = record.headers().toArray();
        if (all.length == 0) {
            return List.of();
        }
        List<Header> headers = new ArrayList<>(all.length);
        for (org.apache.kafka.common.header.Header header : all) {
            byte[] value = header.value();
            headers.add(new Header(header.key(), value == null ? null : Bytes.owned(value)));
        }
        return headers;
    }

    /** The header {@code ce_type} (CloudEvents' binding to Kafka), else {@code type}; the last one of that name. */
    private static @Nullable String type(List<Header> headers) {
        Bytes type = null;
        boolean cloud = false;
        for (Header header : headers) {
            boolean ce = header.name().equals("ce_type");
            if (header.value() != null && (ce || (!cloud && header.name().equals("type")))) {
                type = header.value();
                cloud = ce;
            }
        }
        return type == null ? null : type.toText();
    }
}
