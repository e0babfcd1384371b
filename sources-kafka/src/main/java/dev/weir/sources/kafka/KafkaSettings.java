package dev.weir.sources.kafka;

import dev.weir.hub.Retention;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How to reach a cluster and what to hold of its topics.
 *
 * @param client properties of Kafka's clients, passed on as they are: {@code bootstrap.servers}, SASL, TLS and any other; those
 *     on which the contract rests (isolation, acknowledgement, offset reset) are set by Weir and win
 * @param retention how much of each topic a node holds in memory
 * @param maxEventBytes largest data of an event; a record that is larger becomes a gap
 * @param catchUpReaders how many consumers read history for all subscribers together
 * @param idle how long a topic is read on after its last subscriber has left
 * @param timeout how long opening a stream or publishing may wait for the broker
 */
public record KafkaSettings(
        Map<String, String> client,
        Retention retention,
        int maxEventBytes,
        int catchUpReaders,
        Duration idle,
        Duration timeout) {

    /**
     * Copies the properties and checks the bounds.
     *
     * @param client properties of Kafka's clients
     * @param retention how much of each topic is held
     * @param maxEventBytes 1 or more
     * @param catchUpReaders 1 or more
     * @param idle zero or more
     * @param timeout more than zero
     * @throws IllegalArgumentException naming the key, the value and what is allowed
     */
    public KafkaSettings {
        client = Map.copyOf(client);
        if (!client.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("bootstrap.servers: missing; give host:port of a broker");
        }
        if (maxEventBytes < 1) {
            throw new IllegalArgumentException("maxEventBytes=" + maxEventBytes + ": allowed is 1 or more");
        }
        if (catchUpReaders < 1) {
            throw new IllegalArgumentException("catchUpReaders=" + catchUpReaders + ": allowed is 1 or more");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout=" + timeout + ": allowed is more than zero");
        }
    }

    /**
     * A cluster with every default: events up to 1 MiB, two readers for history, a minute of idling, five seconds of patience.
     *
     * @param bootstrap {@code host:port} of a broker, or several with commas between
     * @return the settings
     */
    public static KafkaSettings of(String bootstrap) {
        return new KafkaSettings(
                Map.of("bootstrap.servers", bootstrap),
                Retention.DEFAULT,
                1 << 20,
                2,
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
    }

    /**
     * The same with more properties of Kafka's clients.
     *
     * @param more added, and winning over those already there
     * @return new settings
     */
    public KafkaSettings with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(client);
        all.putAll(more);
        return new KafkaSettings(all, retention, maxEventBytes, catchUpReaders, idle, timeout);
    }

    /**
     * The same with another retention.
     *
     * @param retention how much of each topic a node holds in memory
     * @return new settings
     */
    public KafkaSettings withRetention(Retention retention) {
        return new KafkaSettings(client, retention, maxEventBytes, catchUpReaders, idle, timeout);
    }

    /**
     * The same with another time of idling.
     *
     * @param idle how long a topic is read on after its last subscriber has left
     * @return new settings
     */
    public KafkaSettings withIdle(Duration idle) {
        return new KafkaSettings(client, retention, maxEventBytes, catchUpReaders, idle, timeout);
    }
}
