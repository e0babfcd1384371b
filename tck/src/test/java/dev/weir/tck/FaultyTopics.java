package dev.weir.tck;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Subscription;
import java.util.List;

/** Topics in the process, with a broker behind them that can seem to go away; to be broken in one place. */
class FaultyTopics extends TopicContractTest {

    volatile boolean away;

    Cursor open(EventSource whole, Subscription asked) {
        return whole.open(asked);
    }

    @Override
    public EventSource source(String topic, int node) {
        EventSource whole = super.source(topic, node);
        return asked -> {
            requireBroker();
            return open(whole, asked);
        };
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        requireBroker();
        return super.publish(topic, batch);
    }

    private void requireBroker() {
        if (away) {
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "the broker is away");
        }
    }

    @Override
    public boolean interruptible() {
        return true;
    }

    @Override
    public void interrupt() {
        away = true;
    }

    @Override
    public void heal() {
        away = false;
    }
}
