package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.Sources;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one test of a contract plays on: sources, one endpoint of the transport in question, and its clients. When the test is over
 * it closes them all, then looks for what is left: cursors, threads, sockets, and breaches of the rules for cursors.
 */
public final class Stage {

    private final TransportHarness harness;
    private final Leaks before;
    private Sources sources = new Sources();
    private WatchedSource watched = new WatchedSource(sources);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable Endpoint endpoint;
    private @Nullable Duration patience;

    Stage(TransportHarness harness) {
        this.harness = harness;
        before = Leaks.now();
    }

    /**
     * Sets what all streams together may take. To be called first.
     *
     * @param limits instead of none
     */
    public void limits(Limits limits) {
        sources.close();
        sources = new Sources(limits);
        watched = new WatchedSource(sources);
    }

    /**
     * Sets how long a client may take nothing. To be called before the first connects.
     *
     * @param maxWriteStall instead of the transport's own
     */
    public void patience(Duration maxWriteStall) {
        patience = maxWriteStall;
    }

    /**
     * Adds a topic.
     *
     * @param name its name
     * @return an empty topic
     */
    public Topic topic(String name) {
        return topic(name, Retention.DEFAULT);
    }

    /**
     * Adds a topic.
     *
     * @param name its name
     * @param retention how much it holds
     * @return an empty topic
     */
    public Topic topic(String name, Retention retention) {
        Topic topic = new Topic(name, retention);
        open.push(topic);
        sources.register(name, topic);
        return topic;
    }

    /**
     * Adds a source.
     *
     * @param name its name
     * @param source the source
     */
    public void source(String name, EventSource source) {
        sources.register(name, source);
    }

    /**
     * All sources of this test.
     *
     * @return the registry that the endpoint reads from
     */
    public Sources sources() {
        return sources;
    }

    /**
     * Publishes events whose data are their numbers.
     *
     * @param topic where
     * @param from first number
     * @param to number after the last
     */
    public static void publish(Topic topic, int from, int to) {
        for (int number = from; number < to; number++) {
            topic.publish(Event.of("number", Integer.toString(number)));
        }
    }

    /**
     * The numbers in the data of events.
     *
     * @param events as {@link #publish} made them
     * @return their numbers
     */
    public static List<Integer> numbers(List<Event> events) {
        List<Integer> numbers = new ArrayList<>();
        for (Event event : events) {
            numbers.add(Integer.parseInt(text(event)));
        }
        return numbers;
    }

    /**
     * The data of an event as text.
     *
     * @param event an event that is no tombstone
     * @return its data, read as UTF-8
     */
    public static String text(Event event) {
        return event.data() == null ? fail("no data in " + event) : event.data().toText();
    }

    /**
     * Subscribes a client.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @return its stream
     * @throws Refusal the server said no
     */
    public Reception connect(String nameAndQuery) {
        return connect(nameAndQuery, Map.of());
    }

    /**
     * Subscribes a client that comes back.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @param lastId the last id it received
     * @return its stream
     * @throws Refusal the server said no
     */
    public Reception resume(String nameAndQuery, String lastId) {
        return connect(nameAndQuery, Map.of("last-event-id", lastId));
    }

    /**
     * Subscribes a client that sends headers.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @param headers headers by lower-case name
     * @return its stream
     * @throws Refusal the server said no
     */
    public Reception connect(String nameAndQuery, Map<String, String> headers) {
        try {
            Reception reception = harness.connect(endpoint().address(), nameAndQuery, headers);
            open.push(reception);
            return reception;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Endpoint endpoint() throws IOException {
        Endpoint open = endpoint;
        if (open == null) {
            open = patience == null ? harness.open(watched) : harness.open(watched, patience);
            endpoint = open;
        }
        return open;
    }

    /**
     * Subscribes a client that leaves before it is answered. Blocks until it has left.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @param asked when it is to leave
     */
    public void leave(String nameAndQuery, CountDownLatch asked) {
        try {
            Endpoint open = endpoint();
            Thread client = Thread.ofVirtual().name("leaving-client").start(() -> {
                try {
                    harness.connect(open.address(), nameAndQuery, Map.of()).close();
                } catch (IOException | Refusal left) {
                    // as it should be
                }
            });
            await("the source is asked", Reception.DEADLINE, () -> asked.getCount() == 0);
            client.interrupt();
            await("the client has left", Reception.DEADLINE, () -> !client.isAlive());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Closes the endpoint, as at the end of a server. Blocks until it is closed; nobody can connect any more.
     *
     * @return how long it took
     */
    public Duration shut() {
        long begin = System.nanoTime();
        try {
            endpoint().close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /**
     * The refusal of a subscription.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @return what the server said
     * @throws AssertionError it accepted
     */
    public Refusal refusal(String nameAndQuery) {
        return refusal(nameAndQuery, Map.of());
    }

    /**
     * The refusal of a subscription that sends headers.
     *
     * @param nameAndQuery {@code name?parameter=value&...}
     * @param headers headers by lower-case name
     * @return what the server said
     * @throws AssertionError it accepted
     */
    public Refusal refusal(String nameAndQuery, Map<String, String> headers) {
        try {
            connect(nameAndQuery, headers);
        } catch (Refusal refused) {
            return refused;
        }
        return fail("%s was accepted", nameAndQuery);
    }

    /**
     * How many streams were opened.
     *
     * @return 0 or more
     */
    public int opened() {
        return watched.opened();
    }

    /**
     * How many streams were closed.
     *
     * @return 0 or more
     */
    public int closed() {
        return watched.closed();
    }

    /**
     * Waits until something holds.
     *
     * @param what says what is awaited
     * @param within how long it may take
     * @param condition asked every few milliseconds
     * @throws AssertionError it did not come to hold in time
     */
    public static void await(String what, Duration within, BooleanSupplier condition) {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("not within %s: %s", within, what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        if (endpoint != null) {
            endpoint.close();
        }
        harness.close();
        sources.close();
        await("every cursor is closed", Reception.DEADLINE, () -> watched.closed() == watched.opened());
        assertThat(watched.breaches()).as("breaches of the rules for cursors").isEmpty();
        long end = System.nanoTime() + Reception.DEADLINE.toNanos();
        String left = Leaks.now().since(before);
        while (!left.isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(10_000_000);
            left = Leaks.now().since(before);
        }
        assertThat(left).as("left behind after the test").isEmpty();
    }
}
