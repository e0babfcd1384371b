package dev.weir.server.topics;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.sources.kafka.Lag;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** No cluster, for a server whose topics all live in its memory. It has no topics and is always available. */
public record NoCluster() implements Cluster {

    @Override
    public EventSource topic(String name) {
        throw missing(name);
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        throw missing(topic);
    }

    private static Refusal missing(String name) {
        return new Refusal(Code.NOT_FOUND, "no topic " + name);
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Map<String, Integer> partitions(Set<String> names) {
        return Map.of();
    }

    @Override
    public Map<String, Lag> lags() {
        return Map.of();
    }

    @Override
    public long unreadable() {
        return 0;
    }

    @Override
    public long portions() {
        return 0;
    }

    @Override
    public void close() {}
}
