package dev.weir.server.topics;

import dev.weir.EventSource;
import dev.weir.Publisher;
import dev.weir.sources.kafka.Lag;
import java.util.Map;
import java.util.Set;

/**
 * Where topics live. The only thing that the server knows of Kafka.
 *
 * @implSpec Safe for any number of threads at once.
 */
public interface Cluster extends Publisher, AutoCloseable {

    /**
     * The source of one topic, the same for every call. Does not block.
     *
     * @param name the topic
     * @return its source; opening it may block or refuse
     */
    EventSource topic(String name);

    /**
     * Whether a broker answers. Does not block for long.
     *
     * @return false if new streams would be refused
     */
    boolean available();

    /**
     * How many partitions topics have. May block.
     *
     * @param names those wanted
     * @return partitions by name; a topic that does not exist is left out
     * @throws dev.weir.Refusal source-unavailable
     */
    Map<String, Integer> partitions(Set<String> names);

    /**
     * How far behind the topics are that are being read. Does not block.
     *
     * @return lags by topic
     */
    Map<String, Lag> lags();

    /**
     * How many batches could not be read since the start, and were told as gaps. Does not block.
     *
     * @return 0 or more
     */
    long unreadable();

    /**
     * How many portions of history were read since the start, for subscribers whom memory could not serve. Does not block.
     *
     * @return 0 or more
     */
    long portions();

    /** Frees readers and producers. Blocks a moment. Idempotent. */
    @Override
    void close();
}
