package dev.weir.server.topics;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.sources.kafka.KafkaCluster;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
        Map<String, Lag> lags = new TreeMap<>();
        kafka.lags().forEach((name, lag) -> lags.put(name, new Lag(lag.records(), lag.openTransactionRecords())));
        return lags;
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
