package dev.weir.server.topics;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Limits;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.Sources;
import dev.weir.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this server offers: the topics on its list and nothing else, for reading and for publishing, with the limits that hold on
 * every transport. Listeners can open before there is a cluster; until {@link #attach} topics are refused as unavailable.
 */
public final class Catalogue implements EventSource, Publisher, AutoCloseable {

    /** The most events that may be published at once. */
    public static final int MAX_BATCH = 10_000;

    private static final int EMPTY = Event.of(null, Bytes.EMPTY).weight();

    private final Set<String> names;
    private final int maxEventBytes;
    private final Sources sources;
    private volatile @Nullable Cluster cluster;

    /**
     * A catalogue without a cluster.
     *
     * @param names the topics that may be seen
     * @param maxEventBytes the most that data, key and type of a published event may have together
     * @param limits what all streams together may take
     * @throws IllegalArgumentException for what is no name of a topic
     */
    public Catalogue(Set<String> names, int maxEventBytes, Limits limits) {
        this.names = Set.copyOf(names);
        this.maxEventBytes = maxEventBytes;
        sources = new Sources(limits);
        for (String name : names) {
            sources.register(name, subscription -> cluster().topic(name).open(subscription));
        }
    }

    /**
     * Offers a stream that is no topic: it is read under its name, and nobody can publish there.
     *
     * @param name as topics may be called
     * @param source what is opened
     * @throws IllegalArgumentException the name is not such, or that of a topic
     */
    public void offer(String name, EventSource source) {
        if (names.contains(name)) {
            throw new IllegalArgumentException(name + " is a topic already");
        }
        sources.register(name, source);
    }

    /**
     * The streams that are no topics. Does not block.
     *
     * @return their names, in order
     */
    public SortedSet<String> offered() {
        SortedSet<String> offered = sources.names();
        offered.removeAll(names);
        return offered;
    }

    /**
     * Opens the topics for use.
     *
     * @param cluster where they live; not closed by this
     */
    public void attach(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Cursor open(Subscription subscription) {
        return sources.open(subscription);
    }

    /**
     * The topics and how many partitions each has. May block.
     *
     * @return in order of their names; a topic that the cluster doesn't know is left out
     * @throws Refusal source-unavailable
     */
    public Map<String, Integer> partitions() {
        return new TreeMap<>(cluster().partitions(names));
    }

    /**
     * Refuses as an attempt to read the topic would be refused, if it may not be seen or the server drains.
     *
     * @param topic the name asked for
     * @throws Refusal not-found with near names, shutdown
     */
    public void requireVisible(String topic) {
        sources.require(topic);
    }

    /**
     * Refuses a batch of too many events.
     *
     * @param events how many it has so far
     * @throws Refusal too-large
     */
    public static void requireBatch(int events) {
        if (events > MAX_BATCH) {
            throw new Refusal(Code.TOO_LARGE, "the batch has more than " + MAX_BATCH + " events; send several");
        }
    }

    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        requireVisible(topic);
        if (!names.contains(topic)) {
            throw new Refusal(Code.METHOD, topic + " is no topic: it is only read; GET /topics lists topics");
        }
        requireBatch(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            int bytes = bytes(batch.get(i));
            if (bytes > maxEventBytes) {
                throw new Refusal(
                        Code.TOO_LARGE,
                        "event " + (i + 1) + " has " + bytes + " bytes; allowed are " + maxEventBytes
                                + " (max-event-bytes)");
            }
        }
        return batch.isEmpty() ? List.of() : cluster().publish(topic, batch);
    }

    /** Data, key, type and headers, and a little for each header, so that a thousand empty ones count too. */
    private static int bytes(Event event) {
        String type = event.type();
        return event.weight() - EMPTY + (type == null ? 0 : type.length());
    }

    /**
     * Whether the topics can be read now.
     *
     * @return false without a cluster, or while its brokers don't answer
     */
    public boolean available() {
        return attached().filter(Cluster::available).isPresent();
    }

    /**
     * Where the topics live, for its figures.
     *
     * @return empty until {@link #attach}
     */
    public Optional<Cluster> attached() {
        return Optional.ofNullable(cluster);
    }

    /**
     * How many streams are open.
     *
     * @return 0 or more
     */
    public int open() {
        return sources.open();
    }

    /**
     * What has become of the streams so far.
     *
     * @return for its counts
     */
    public Sources streams() {
        return sources;
    }

    /**
     * Stops every stream and refuses new ones. Returns at once.
     *
     * @param retryAfter the shortest time to wait before coming back
     * @param over live streams are stopped at any time within it, those with an end of their own are left all of it
     */
    public void drain(Duration retryAfter, Duration over) {
        sources.stop(
                Code.SHUTDOWN,
                "the server shuts down; come back soon, a subscriber with its last id",
                retryAfter,
                over);
    }

    @Override
    public void close() {
        sources.close();
    }

    private Cluster cluster() {
        Cluster present = cluster;
        if (present == null) {
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "the server is starting; try again in a moment");
        }
        return present;
    }
}
