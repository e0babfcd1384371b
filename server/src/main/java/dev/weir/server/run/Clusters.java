package dev.weir.server.run;

import dev.weir.hub.Retention;
import dev.weir.server.config.Config;
import dev.weir.server.topics.Cluster;
import dev.weir.server.topics.GeneratedTopics;
import dev.weir.server.topics.KafkaTopics;
import dev.weir.server.topics.NoCluster;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** Connects to Kafka, or says in one line why not. */
public final class Clusters {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Clusters() {}

    /**
     * Connects. Blocks until a broker has answered, five seconds at the most.
     *
     * @param config names the cluster
     * @return the cluster's topics; none if no cluster is named, or needed
     * @throws CannotStart no broker answers, or a property is not allowed
     */
    public static Cluster connect(Config config) {
        String bootstrap = config.bootstrap();
        if (bootstrap.isEmpty()) {
            if (!config.needsKafka()) {
                return new NoCluster();
            }
            throw new CannotStart(
                    "no Kafka cluster is named; give --kafka host:port, or kafka: bootstrap.servers in --config");
        }
        KafkaCluster cluster;
        try {
            cluster = new KafkaCluster(settings(config, bootstrap));
        } catch (RuntimeException refused) {
            throw new CannotStart("Kafka's client refuses its properties: " + reason(refused)
                    + "; check --kafka and kafka: in --config");
        }
        if (!cluster.awaitAvailable(PATIENCE)) {
            Thread.ofVirtual().start(cluster::close);
            throw new CannotStart("no Kafka broker answers at " + bootstrap + " within " + PATIENCE.toSeconds()
                    + " s; start it, or choose another --kafka");
        }
        return new KafkaTopics(cluster);
    }

    /**
     * Adds the topics that fill themselves. Blocks until their bursts are there.
     *
     * @param config names them
     * @param cluster all others; not closed with what is returned
     * @return both
     * @throws CannotStart one is to be filled that the cluster doesn't have
     */
    public static Cluster generate(Config config, Cluster cluster) {
        Set<String> missing = new TreeSet<>(config.filled());
        missing.removeAll(cluster.partitions(config.filled()).keySet());
        if (!missing.isEmpty()) {
            throw new CannotStart("the cluster has no topic " + String.join(", ", missing)
                    + ", which a generator is to fill; create it, or leave out kafka: true");
        }
        return new GeneratedTopics(config.generators(), config.linger(), cluster);
    }

    private static KafkaSettings settings(Config config, String bootstrap) {
        KafkaSettings defaults = KafkaSettings.of(bootstrap).with(config.kafka());
        Retention usual = defaults.retention();
        return new KafkaSettings(
                defaults.client(),
                new Retention(usual.events(), usual.bytes(), config.linger()),
                config.limits().maxEventBytes(),
                defaults.catchUpReaders(),
                defaults.idle(),
                defaults.timeout());
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
