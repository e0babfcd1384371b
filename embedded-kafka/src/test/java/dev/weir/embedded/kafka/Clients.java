package dev.weir.embedded.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Plain clients with deadlines, for one-partition topics. */
final class Clients {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Clients() {}

    static KafkaProducer<String, String> producer(Broker broker, Duration timeout) {
        int millis = (int) timeout.toMillis();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "max.block.ms",
                millis,
                "request.timeout.ms",
                millis,
                "delivery.timeout.ms",
                millis,
                "linger.ms",
                0,
                "enable.metrics.push",
                false);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    static void send(Broker broker, String topic, String value) throws Exception {
        try (var producer = producer(broker, PATIENCE)) {
            send(producer, topic, value);
        }
    }

    static void send(KafkaProducer<String, String> producer, String topic, String value)
            throws ExecutionException, InterruptedException, TimeoutException {
        producer.send(new ProducerRecord<>(topic, value)).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    static List<String> read(Broker broker, String topic, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest", "enable.metrics.push", false);
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }
}
