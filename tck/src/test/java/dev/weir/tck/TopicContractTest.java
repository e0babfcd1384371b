package dev.weir.tck;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Publisher;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Topics that live in the process, as a source. */
class TopicContractTest implements SourceContract, SourceHarness, Publisher {

    private final Map<String, Topic> topics = new ConcurrentHashMap<>();

    @Override
    public SourceHarness sourceHarness() {
        return this;
    }

    @Override
    public void create(String topic, int partitions) {
        topics.put(topic, new Topic(topic));
    }

    @Override
    public EventSource source(String topic, int node) {
        return topics.get(topic);
    }

    @Override
    public Publisher publisher() {
        return this;
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        List<Published> published = new ArrayList<>();
        for (Event event : batch) {
            Event placed = topics.get(topic).publish(event);
            published.add(new Published(placed.partition(), placed.offset()));
        }
        return published;
    }

    @Override
    public boolean forgetful() {
        return true;
    }

    @Override
    public void forget(String topic) {
        for (int n = 0; n < Retention.DEFAULT.events(); n++) {
            topics.get(topic).publish(Event.of("filler", ""));
        }
    }

    @Override
    public void close() {
        topics.values().forEach(Topic::close);
    }
}
