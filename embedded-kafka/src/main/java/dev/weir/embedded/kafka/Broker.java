package dev.weir.embedded.kafka;

import java.util.Map;

/**
 * A running Kafka broker, or a cluster of them, and the few things that tests and the demo ask of one.
 *
 * <p>The topic methods open an admin client for each call, block until the change can be seen by clients or 30 seconds
 * have passed, and may be called from any thread, several at once. They speak plaintext: on a broker with secured
 * listeners, or for anything they do not offer, open an admin client of your own on {@link #bootstrap()}.
 */
public interface Broker extends AutoCloseable {

    /**
     * The address for {@code bootstrap.servers}, such as {@code 127.0.0.1:9092}. Never blocks, never changes, and is
     * answered also while the broker is down.
     */
    String bootstrap();

    /**
     * Creates a topic with one replica per partition, in a cluster one on each broker. When this returns, every partition has a leader, so a record can
     * be sent at once.
     *
     * @param config topic configuration, such as {@code retention.ms}; may be empty
     * @throws BrokerException if the topic exists, the name or configuration is not valid, or the broker does not
     *     answer
     */
    default void createTopic(String name, int partitions, Map<String, String> config) {
        if (!createTopicIfMissing(name, partitions, config)) {
            throw new BrokerException("topic " + name + " exists already");
        }
    }

    /**
     * Creates a topic as {@link #createTopic} does, unless it exists. A topic that exists is left as it is, whatever
     * its partitions and configuration.
     *
     * @return whether the topic was created by this call
     * @throws BrokerException if the name or configuration is not valid, or the broker does not answer
     */
    default boolean createTopicIfMissing(String name, int partitions, Map<String, String> config) {
        try (Topics topics = new Topics(bootstrap())) {
            return topics.createIfMissing(name, partitions, config);
        }
    }

    /**
     * Deletes a topic with all its records. When this returns the name is free; a topic made with it again is a new
     * topic whose offsets start at 0.
     *
     * @return whether the topic existed
     * @throws BrokerException if the broker does not answer
     */
    default boolean deleteTopic(String name) {
        try (Topics topics = new Topics(bootstrap())) {
            return topics.delete(name);
        }
    }

    /** Ends the broker and keeps its data. Closing again does nothing. */
    @Override
    void close();
}
