package dev.weir.server.topics;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.hub.Topic;
import dev.weir.sources.kafka.Lag;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Topics in this process, in the place of Kafka's. */
public final class MemoryCluster implements Cluster {

    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final Map<String, EventSource> others = new ConcurrentHashMap<>();
    private volatile boolean available = true;

    public void away() {
        available = false;
    }

    /** Puts a source in the place of a topic. */
    public void put(String name, EventSource source) {
        others.put(name, source);
    }

    @Override
    public EventSource topic(String name) {
        EventSource other = others.get(name);
        return other == null ? topics.computeIfAbsent(name, Topic::new) : other;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public Map<String, Integer> partitions(Set<String> names) {
        requireAvailable();
        Map<String, Integer> partitions = new TreeMap<>();
        names.forEach(name -> partitions.put(name, 1));
        return partitions;
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        requireAvailable();
        Topic log = (Topic) topic(topic);
        return batch.stream()
                .map(log::publish)
                .map(event -> new Published(event.partition(), event.offset()))
                .toList();
    }

    @Override
    public Map<String, Lag> lags() {
        Map<String, Lag> lags = new TreeMap<>();
        topics.keySet().forEach(name -> lags.put(name, new Lag(3, 4)));
        return lags;
    }

    @Override
    public long unreadable() {
        return 5;
    }

    @Override
    public long portions() {
        return 6;
    }

    private void requireAvailable() {
        if (!available) {
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "the broker is away");
        }
    }

    @Override
    public void close() {
        topics.values().forEach(Topic::close);
    }
}
