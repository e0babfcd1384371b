package dev.weir.docs;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Publisher;
import dev.weir.tck.SourceContract;
import dev.weir.tck.SourceHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

// snippet:contract
class JournalContractTest implements SourceContract, SourceHarness, Publisher {

    private final Map<String, Journal> journals = new ConcurrentHashMap<>();

    @Override
    public SourceHarness sourceHarness() {
        return this;
    }

    @Override
    public void create(String topic, int partitions) {
        journals.put(topic, new Journal(topic)); // a source without partitions makes one
    }

    @Override
    public EventSource source(String topic, int node) {
        return journals.get(topic);
    }

    @Override
    public Publisher publisher() {
        return this;
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        List<Published> published = new ArrayList<>();
        for (Event event : batch) {
            Event placed = journals.get(topic).append(event);
            published.add(new Published(placed.partition(), placed.offset()));
        }
        return published;
    }

    @Override
    public void close() {}
}
// end:contract
