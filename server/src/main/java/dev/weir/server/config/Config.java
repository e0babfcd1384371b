package dev.weir.server.config;

import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import dev.weir.transport.chunked.FileService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a server is told before it starts. Immutable.
 *
 * @param kafka properties of Kafka's clients, passed on as they are
 * @param topics the topics of the cluster that may be seen; all others don't exist for clients
 * @param generators topics that fill themselves, by name
 * @param files folders whose files may be downloaded, by name
 * @param listeners where to listen
 * @param limits what publishers and subscribers may take
 * @param drain over which time streams are ended at shutdown
 * @param hosts names by which a listener on a loopback address answers, besides this host's own
 * @param accessTopic the topic that takes the access log, if it is to be kept
 * @param linger events of a topic that follow one another within this time may share a write; zero for none
 */
public record Config(
        Map<String, String> kafka,
        Set<String> topics,
        Map<String, Generated> generators,
        Map<String, Path> files,
        Listeners listeners,
        Limits limits,
        Duration drain,
        Set<String> hosts,
        Optional<String> accessTopic,
        Duration linger) {

    /** Kafka's property for the addresses of brokers. */
    public static final String BOOTSTRAP = "bootstrap.servers";

    /** Every default: no cluster, no topics. */
    public static final Config DEFAULT = new Config(
            Map.of(),
            Set.of(),
            Map.of(),
            Map.of(),
            new Listeners("127.0.0.1", 8080, 50051, "127.0.0.1", OptionalInt.empty()),
            new Limits(
                    1 << 20,
                    16 << 20,
                    FileService.MOST_CHUNK,
                    new dev.weir.Limits(20_000, 0, 0, 0, Duration.ZERO, dev.weir.Limits.NONE.slow())),
            Duration.ofSeconds(10),
            Set.of(),
            Optional.empty(),
            Duration.ZERO);

    /** Copies the collections. */
    public Config {
        kafka = Map.copyOf(kafka);
        topics = Set.copyOf(topics);
        generators = Map.copyOf(generators);
        files = Map.copyOf(files);
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
     * @param fileChunk how much of a file is in memory at a time for each download, in bytes
     * @param streams what all streams together may take
     */
    public record Limits(int maxEventBytes, int maxBodyBytes, int fileChunk, dev.weir.Limits streams) {}

    /**
     * A topic that fills itself, for measurements.
     *
     * @param pace how many events, when, and how large
     * @param keep how many are held in memory, never fewer than the burst; empty: as many as other topics in memory hold
     * @param kafka whether they go through the cluster's topic of that name, which holds them then
     */
    public record Generated(Pace pace, OptionalInt keep, boolean kafka) {

        /** Where nothing else is said: 100 events a second of 128 bytes. */
        public static final Pace USUAL = new Pace(100, 128, 0);

        /** More than an event weighs in memory besides its data. */
        private static final int WITH_ID = 256;

        /**
         * How much is held in memory.
         *
         * @param linger events that follow one another within this time may share a write
         * @return what was asked for, with room for its bytes
         */
        public Retention retention(Duration linger) {
            Retention usual = Retention.DEFAULT;
            int events = keep.isPresent() ? held() : Math.max(held(), usual.events());
            return new Retention(events, bytes(), linger);
        }

        /**
         * How many bytes of it are held at the most.
         *
         * @return as in {@link #retention}
         */
        public long bytes() {
            return Math.max((long) held() * (pace.size() + WITH_ID), Retention.DEFAULT.bytes());
        }

        private int held() {
            return Math.max(keep.orElse(0), pace.burst());
        }
    }

    /**
     * Every name that clients may see.
     *
     * @return topics of the cluster and those that fill themselves
     */
    public Set<String> names() {
        Set<String> names = new TreeSet<>(topics);
        names.addAll(generators.keySet());
        return names;
    }

    /**
     * The topics that clients may publish to.
     *
     * @return all but those that fill themselves
     */
    public Set<String> publishable() {
        Set<String> publishable = new TreeSet<>(topics);
        publishable.removeAll(generators.keySet());
        return publishable;
    }

    /**
     * Topics of the cluster that are filled from here.
     *
     * @return their names
     */
    public Set<String> filled() {
        return generators.entrySet().stream()
                .filter(each -> each.getValue().kafka())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The brokers' addresses.
     *
     * @return {@code host:port}, several with commas between; empty: no cluster is named
     */
    public String bootstrap() {
        return kafka.getOrDefault(BOOTSTRAP, "");
    }

    /**
     * Whether something that is offered or written lives in a cluster.
     *
     * @return false if all that is offered lives in this process
     */
    public boolean needsKafka() {
        return !topics.isEmpty() || accessTopic.isPresent() || !filled().isEmpty();
    }

    /**
     * The same with one more topic that fills itself.
     *
     * @param name its name
     * @param generated how
     * @return a new configuration
     */
    public Config withGenerator(String name, Generated generated) {
        Map<String, Generated> all = new HashMap<>(generators);
        all.put(name, generated);
        return new Config(kafka, topics, all, files, listeners, limits, drain, hosts, accessTopic, linger);
    }

    /**
     * The same with one more folder whose files may be downloaded.
     *
     * @param name its name
     * @param folder where it is
     * @return a new configuration
     */
    public Config withFiles(String name, Path folder) {
        Map<String, Path> all = new HashMap<>(files);
        all.put(name, folder);
        return new Config(kafka, topics, generators, all, listeners, limits, drain, hosts, accessTopic, linger);
    }

    /**
     * The same with another time for shutting down.
     *
     * @param drain over which time streams are ended
     * @return a new configuration
     */
    public Config withDrain(Duration drain) {
        return new Config(kafka, topics, generators, files, listeners, limits, drain, hosts, accessTopic, linger);
    }

    /**
     * The same with other listeners.
     *
     * @param listeners where to listen
     * @return a new configuration
     */
    public Config with(Listeners listeners) {
        return new Config(kafka, topics, generators, files, listeners, limits, drain, hosts, accessTopic, linger);
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
        return new Config(properties, topics, generators, files, listeners, limits, drain, hosts, accessTopic, linger);
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
        return new Config(kafka, all, generators, files, listeners, limits, drain, hosts, accessTopic, linger);
    }

    /**
     * The same with a topic for the access log.
     *
     * @param topic its name
     * @return a new configuration
     */
    public Config withAccessTopic(String topic) {
        return new Config(
                kafka, topics, generators, files, listeners, limits, drain, hosts, Optional.of(topic), linger);
    }
}
