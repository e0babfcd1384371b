package dev.weir.sources.kafka;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Publisher;
import dev.weir.Refusal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A Kafka cluster: its topics as event sources, and a place to publish. Nodes keep no state about subscribers: the id of an event
 * is its position in Kafka, so any node resumes any client. Safe for any number of threads.
 *
 * <p>Holds a producer, an admin client, the readers of history and one consumer for each topic that is being read; {@link #close}
 * ends them all.
 */
public final class KafkaCluster implements Publisher, AutoCloseable {

    private static final Logger LOG = System.getLogger(KafkaCluster.class.getName());
    private static final Duration CHECK = Duration.ofSeconds(1);
    private static final int ROUNDS = 5;

    private final KafkaSettings settings;
    private final Clients clients;
    private final Records records;
    private final Damage damage = new Damage();
    private final Admin admin;
    private final Offsets offsets;
    private final KafkaPublisher publisher;
    private final CatchUp catchUp;
    private final Map<String, KafkaTopic> topics = new ConcurrentHashMap<>();
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch checked = new CountDownLatch(1);
    private volatile boolean available;

    /**
     * Connects in the background; an unreachable cluster is found by {@link #awaitAvailable}, not here.
     *
     * @param settings how to reach it
     * @throws IllegalArgumentException the client properties are unusable; the message says which
     */
    public KafkaCluster(KafkaSettings settings) {
        this.settings = settings;
        clients = new Clients(settings);
        records = new Records(settings.maxEventBytes());
        admin = clients.admin();
        offsets = new Offsets(admin, settings.timeout());
        publisher = new KafkaPublisher(clients.producer(), settings);
        catchUp = new CatchUp(clients, settings.catchUpReaders(), records, damage);
        Thread.ofVirtual().name("weir-kafka-check").start(this::check);
    }

    /**
     * A topic as a source. Nothing is read before somebody subscribes; whether it exists is found then.
     *
     * @param name the topic's name
     * @return the same source for the same name
     */
    public EventSource topic(String name) {
        return topics.computeIfAbsent(name, any -> new KafkaTopic(name, this, settings));
    }

    /**
     * How many partitions topics have. Blocks.
     *
     * @param names topics
     * @return partitions by name; a topic that does not exist is left out
     * @throws Refusal source-unavailable
     */
    public Map<String, Integer> partitions(Collection<String> names) {
        requireAvailable();
        Map<String, Integer> found = new TreeMap<>();
        Map<String, KafkaFuture<TopicDescription>> asked =
                admin.describeTopics(names).topicNameValues();
        asked.forEach((name, answer) -> {
            try {
                TopicDescription topic = answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
                found.put(name, topic.partitions().size());
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw Offsets.away();
                }
            } catch (TimeoutException late) {
                throw Offsets.away();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw Offsets.away();
            }
        });
        return found;
    }

    /**
     * Publishes with the broker's acknowledgement ({@code acks=all}, idempotent producer). Blocks until it has come, twice the
     * timeout of the settings at the most. A topic is looked up before the first event, because a producer that asks for a topic
     * may create it.
     */
    @Override
    public List<Published> publish(String topic, List<Event> batch) {
        requireAvailable();
        if (!published.contains(topic)) {
            offsets.start(topic);
            published.add(topic);
        }
        try {
            return publisher.publish(topic, batch);
        } catch (Refusal failed) {
            published.remove(topic);
            throw failed;
        }
    }

    /**
     * Whether the cluster answered when it was last asked, which is about once a second. Never blocks.
     *
     * @return false while the broker is away: open streams stay, new ones are refused
     */
    public boolean available() {
        return available;
    }

    /**
     * Waits until the cluster answers. Blocks.
     *
     * @param within how long
     * @return whether it did
     */
    public boolean awaitAvailable(Duration within) {
        long end = System.nanoTime() + within.toNanos();
        try {
            while (!available && System.nanoTime() - end < 0) {
                if (closing.await(20, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return available;
    }

    /**
     * How far behind the topics are that are being read, as it was at most some seconds ago while the cluster answers. Never blocks.
     *
     * @return lags by topic
     */
    public Map<String, Lag> lags() {
        Map<String, Lag> lags = new TreeMap<>();
        topics.forEach((name, topic) -> {
            Lag lag = topic.lag();
            if (lag != null) {
                lags.put(name, lag);
            }
        });
        return lags;
    }

    /**
     * How many batches could not be read and were told as gaps since the start, whoever read them. Never blocks.
     *
     * @return 0 or more
     */
    public long unreadable() {
        return damage.count();
    }

    /**
     * How many portions of history have been read since the start, for subscribers whom the log in memory could not serve. Never
     * blocks.
     *
     * @return 0 or more
     */
    public long portions() {
        return catchUp.portions();
    }

    private void check() {
        try {
            int round = 0;
            do {
                available = answers();
                checked.countDown();
                if (available) {
                    verify(round++ % ROUNDS == 0);
                }
            } while (!closing.await(CHECK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            available = false;
        }
    }

    /** Nothing ends the check. A broker that lets us wait is asked no more in this round. */
    private void verify(boolean measure) {
        long end = System.nanoTime() + settings.timeout().toNanos();
        for (KafkaTopic topic : topics.values()) {
            try {
                topic.verify(measure);
            } catch (RuntimeException failure) {
                LOG.log(Level.DEBUG, "topic " + topic.name() + " could not be verified: " + failure.getMessage());
                if (System.nanoTime() - end >= 0) {
                    return;
                }
            }
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            admin.describeCluster().nodes().get(2, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException away) {
            return false;
        }
    }

    void requireAvailable() {
        try {
            if (!available && !(checked.await(settings.timeout().toMillis(), TimeUnit.MILLISECONDS) && available)) {
                throw Offsets.away();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw Offsets.away();
        }
    }

    /** A consumer for the head of a topic. Refuses while no broker's name can be resolved. */
    Consumer<byte[], byte[]> liveConsumer(String topic) {
        try {
            return clients.liveConsumer(topic);
        } catch (IllegalArgumentException unreachable) {
            throw Offsets.away();
        }
    }

    /** The topic was deleted: before the next publication it is looked up again. */
    void forget(String topic) {
        published.remove(topic);
    }

    Records records() {
        return records;
    }

    Damage damage() {
        return damage;
    }

    Offsets offsets() {
        return offsets;
    }

    CatchUp catchUp() {
        return catchUp;
    }

    /** Ends every client of the cluster. Streams that are still open hear nothing more. Blocks for some seconds at the most. */
    @Override
    public void close() {
        closing.countDown();
        topics.values().forEach(KafkaTopic::close);
        catchUp.close();
        publisher.close();
        admin.close(settings.timeout());
    }
}
