package dev.weir.sources.kafka;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Publisher.Published;
import dev.weir.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Sends batches and waits for the broker's word on each event (chapter P). */
final class KafkaPublisher implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;
    private final KafkaSettings settings;

    KafkaPublisher(Producer<byte[], byte[]> producer, KafkaSettings settings) {
        this.producer = producer;
        this.settings = settings;
    }

    List<Published> publish(String topic, List<Event> batch) {
        int number = 0;
        for (Event event : batch) {
            number++;
            int size = event.data() == null ? 0 : event.data().length();
            if (size > settings.maxEventBytes()) {
                throw new Refusal(
                        Code.TOO_LARGE,
                        "event " + number + " has " + size + " bytes; allowed are " + settings.maxEventBytes());
            }
        }
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size());
        @Nullable Exception failure = null;
        for (Event event : batch) {
            try {
                Future<RecordMetadata> one = producer.send(record(topic, event));
                sent.add(one);
                if (one.state() == Future.State.FAILED) {
                    break;
                }
            } catch (KafkaException refused) {
                failure = refused;
                break;
            }
        }
        List<Published> published = new ArrayList<>(batch.size());
        for (Future<RecordMetadata> each : sent) {
            try {
                RecordMetadata at = each.get();
                published.add(new Published(at.partition(), at.offset()));
            } catch (ExecutionException failed) {
                failure = failed.getCause() instanceof Exception cause ? cause : failed;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                failure = stopped;
                break;
            }
        }
        if (failure != null) {
            throw refusal(failure, published, batch.size());
        }
        return published;
    }

    private static Refusal refusal(Exception failure, List<Published> published, int asked) {
        if (failure instanceof RecordTooLargeException && published.isEmpty()) {
            return new Refusal(Code.TOO_LARGE, "an event is larger than the broker takes");
        }
        StringBuilder acknowledged = new StringBuilder();
        for (Published each : published.subList(0, Math.min(published.size(), 20))) {
            acknowledged.append(' ').append(each.partition()).append(':').append(each.offset());
        }
        return new Refusal(
                Code.SOURCE_UNAVAILABLE,
                "the broker did not acknowledge everything: " + published.size() + " of " + asked
                        + " events are acknowledged, the others may or may not be stored; acknowledged as partition:offset"
                        + (published.isEmpty() ? " none" : acknowledged)
                        + (published.size() > 20 ? " and more" : ""));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, Event event) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, null, event.timeMillis(), array(event.key()), array(event.data()));
        boolean typed = false;
        for (Header header : event.headers()) {
            record.headers().add(header.name(), array(header.value()));
            typed |= header.name().equals("type") || header.name().equals("ce_type");
        }
        String type = event.type();
        if (type != null && !typed && event.data() != null) {
            record.headers().add("type", type.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    private static byte @Nullable [] array(@Nullable Bytes bytes) {
        return bytes == null ? null : bytes.toArray();
    }

    @Override
    public void close() {
        producer.close(settings.timeout());
    }
}
