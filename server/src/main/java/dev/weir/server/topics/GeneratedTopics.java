package dev.weir.server.topics;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.hub.Feed;
import dev.weir.hub.Generator;
import dev.weir.server.config.Config;
import dev.weir.sources.kafka.Lag;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Topics that fill themselves, beside those of a cluster; and those of the cluster that are filled from here. */
public final class GeneratedTopics implements Cluster {

    private static final Logger LOG = System.getLogger(GeneratedTopics.class.getName());

    private final Set<String> generated;
    private final Map<String, Generator> inMemory = new HashMap<>();
    private final List<Feed> feeds = new ArrayList<>();
    private final Cluster cluster;

    /**
     * Starts them. Blocks until the bursts of all are there.
     *
     * @param wanted how each is filled, by name
     * @param linger events of one that follow one another within this time may share a write
     * @param cluster where all others live; not closed by this
     */
    public GeneratedTopics(Map<String, Config.Generated> wanted, Duration linger, Cluster cluster) {
        generated = Set.copyOf(wanted.keySet());
        this.cluster = cluster;
        wanted.forEach((name, how) -> {
            if (how.kafka()) {
                feeds.add(new Feed(name, how.pace(), events -> send(name, events)));
            } else {
                inMemory.put(name, new Generator(name, how.pace(), how.retention(linger)));
            }
        });
    }

    private void send(String topic, List<Event> events) {
        try {
            cluster.publish(topic, events);
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "generated events of {0} are left out: {1}", topic, failure.getMessage());
        }
    }

    @Override
    public EventSource topic(String name) {
        Generator own = inMemory.get(name);
        return own == null ? cluster.topic(name) : own;
    }

    @Override
    public Map<String, Integer> partitions(Set<String> names) {
        Map<String, Integer> partitions = new HashMap<>();
        Set<String> others = new HashSet<>(names);
        for (String name : names) {
            if (inMemory.containsKey(name)) {
                partitions.put(name, 1);
                others.remove(name);
            }
        }
        partitions.putAll(cluster.partitions(others));
        return partitions;
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        if (generated.contains(topic)) {
            throw new Refusal(Code.FORBIDDEN, topic + ": this topic fills itself; publish to another");
        }
        return cluster.publish(topic, batch);
    }

    @Override
    public boolean available() {
        return cluster.available();
    }

    @Override
    public Map<String, Lag> lags() {
        return cluster.lags();
    }

    @Override
    public long unreadable() {
        return cluster.unreadable();
    }

    @Override
    public long portions() {
        return cluster.portions();
    }

    /** Ends the generators. Idempotent. */
    @Override
    public void close() {
        feeds.forEach(Feed::close);
        inMemory.values().forEach(Generator::close);
    }
}
