package dev.weir.server.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a server is told before it starts. Immutable.
 *
 * @param kafka properties of Kafka's clients, passed on as they are
 * @param topics the topics that may be seen; all others don't exist for clients
 * @param listeners where to listen
 * @param limits what publishers and subscribers may take
 * @param drain over which time streams are ended at shutdown
 * @param hosts names by which a listener on a loopback address answers, besides this host's own
 * @param accessTopic the topic that takes the access log, if it is to be kept
 */
public record Config(
        Map<String, String> kafka,
        Set<String> topics,
        Listeners listeners,
        Limits limits,
        Duration drain,
        Set<String> hosts,
        Optional<String> accessTopic) {

    /** Kafka's property for the addresses of brokers. */
    public static final String BOOTSTRAP = "bootstrap.servers";

    /** Every default: no cluster, no topics. */
    public static final Config DEFAULT = new Config(
            Map.of(),
            Set.of(),
            new Listeners("127.0.0.1", 8080, 50051, "127.0.0.1", OptionalInt.empty()),
            new Limits(
                    1 << 20,
                    16 << 20,
                    new dev.weir.Limits(20_000, 0, 0, 0, Duration.ZERO, dev.weir.Limits.NONE.slow())),
            Duration.ofSeconds(10),
            Set.of(),
            Optional.empty());

    /** Copies the collections. */
    public Config {
        kafka = Map.copyOf(kafka);
        topics = Set.copyOf(topics);
        hosts = Set.copyOf(hosts);
    }

    /**
     * Where to listen; port 0 takes a free one.
     *
     * @param bind the address for HTTP and gRPC
     * @param http HTTP's port
     * @param grpc gRPC's port
     * @param adminBind the address of the admin listener
     * @param admin the admin listener's port; empty: the HTTP listener serves everything
     */
    public record Listeners(String bind, int http, int grpc, String adminBind, OptionalInt admin) {}

    /**
     * What publishers and subscribers may take.
     *
     * @param maxEventBytes the most for one published event
     * @param maxBodyBytes the most for one request to publish
     * @param streams what all streams together may take
     */
    public record Limits(int maxEventBytes, int maxBodyBytes, dev.weir.Limits streams) {}

    /**
     * The same with another time for shutting down.
     *
     * @param drain over which time streams are ended
     * @return a new configuration
     */
    public Config withDrain(Duration drain) {
        return new Config(kafka, topics, listeners, limits, drain, hosts, accessTopic);
    }

    /**
     * The same with other listeners.
     *
     * @param listeners where to listen
     * @return a new configuration
     */
    public Config with(Listeners listeners) {
        return new Config(kafka, topics, listeners, limits, drain, hosts, accessTopic);
    }

    /**
     * The same with another cluster.
     *
     * @param bootstrap {@code host:port} of a broker, or several with commas between
     * @return a new configuration
     */
    public Config withBootstrap(String bootstrap) {
        Map<String, String> properties = new HashMap<>(kafka);
        properties.put(BOOTSTRAP, bootstrap);
        return new Config(properties, topics, listeners, limits, drain, hosts, accessTopic);
    }

    /**
     * The same with more topics.
     *
     * @param more names
     * @return a new configuration
     */
    public Config withTopics(List<String> more) {
        Set<String> all = new TreeSet<>(topics);
        all.addAll(more);
        return new Config(kafka, all, listeners, limits, drain, hosts, accessTopic);
    }

    /**
     * The same with a topic for the access log.
     *
     * @param topic its name
     * @return a new configuration
     */
    public Config withAccessTopic(String topic) {
        return new Config(kafka, topics, listeners, limits, drain, hosts, Optional.of(topic));
    }
}
