package dev.weir.sources.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's clients as Weir needs them. */
final class Clients {

    /** Some portions, so that one who reads on seldom waits for the broker. */
    private static final int HISTORY_FETCH = 256 << 10;

    private final KafkaSettings settings;

    Clients(KafkaSettings settings) {
        this.settings = settings;
    }

    /** Reads the head of a topic. */
    Consumer<byte[], byte[]> liveConsumer(String name) {
        return consumer(name, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000));
    }

    /** Reads history, a portion at a time. */
    Consumer<byte[], byte[]> historyConsumer(String name) {
        return consumer(
                name,
                Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        2_000,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        HISTORY_FETCH,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        HISTORY_FETCH,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        100));
    }

    private Consumer<byte[], byte[]> consumer(String name, Map<String, Object> special) {
        return made(special, all -> {
            all.put(ConsumerConfig.CLIENT_ID_CONFIG, "weir-" + name);
            all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
            all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
            all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        });
    }

    Producer<byte[], byte[]> producer() {
        int patience = Math.toIntExact(settings.timeout().toMillis());
        return made(Map.of(), all -> {
            all.put(ProducerConfig.CLIENT_ID_CONFIG, "weir-publisher");
            all.put(ProducerConfig.ACKS_CONFIG, "all");
            all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            // With more, a batch that a new leader refuses can be overtaken, and is then out of sequence for ever.
            all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
            all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
            all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience);
            all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, patience);
            all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * patience);
            all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, settings.maxEventBytes() + (64 << 10));
            return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
        });
    }

    Admin admin() {
        return made(Map.of(), all -> {
            all.put("client.id", "weir-admin");
            return Admin.create(all);
        });
    }

    private <T> T made(Map<String, Object> special, Function<Map<String, Object>, T> make) {
        Map<String, Object> all = new HashMap<>(settings.client());
        all.putAll(special);
        try {
            return make.apply(all);
        } catch (KafkaException unusable) {
            Throwable reason = unusable.getCause() == null ? unusable : unusable.getCause();
            throw new IllegalArgumentException("kafka client properties: " + reason.getMessage(), unusable);
        }
    }

    /** Where a consumer stands, past markers and holes; 0 while that is not sure. Never waits. */
    static long position(Consumer<?, ?> consumer, TopicPartition partition) {
        try {
            return consumer.position(partition, Duration.ZERO);
        } catch (TimeoutException unsure) {
            return 0;
        }
    }

    /** Where to seek, with the leader epoch, so that a truncated log is noticed and not read in another place. */
    static OffsetAndMetadata seek(long offset, int leaderEpoch) {
        return new OffsetAndMetadata(offset, leaderEpoch < 0 ? Optional.empty() : Optional.of(leaderEpoch), "");
    }
}
