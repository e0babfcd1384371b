package dev.weir.server.topics;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.Lag;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Topics of a Kafka cluster.
 *
 * @param kafka the cluster; closed by this
 */
public record KafkaTopics(KafkaCluster kafka) implements Cluster {

    @Override
    public EventSource topic(String name) {
        return kafka.topic(name);
    }

    @Override
    public boolean available() {
        return kafka.available();
    }

    @Override
    public Map<String, Integer> partitions(Set<String> names) {
        return kafka.partitions(names);
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        return kafka.publish(topic, batch);
    }

    @Override
    public Map<String, Lag> lags() {
        return kafka.lags();
    }

    @Override
    public long unreadable() {
        return kafka.unreadable();
    }

    @Override
    public long portions() {
        return kafka.portions();
    }

    @Override
    public void close() {
        kafka.close();
    }
}
