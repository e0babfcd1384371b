package dev.weir.tck;

import dev.weir.EventSource;
import dev.weir.Publisher;

/** What the contract needs to know of one kind of source: how to make, fill, break and heal it. */
public interface SourceHarness extends AutoCloseable {

    /**
     * Makes an empty topic. Blocks until it can be read.
     *
     * @param topic a name not used before
     * @param partitions 1 or more; a source without partitions may make one
     */
    void create(String topic, int partitions);

    /**
     * The topic as one node reads it.
     *
     * @param topic a topic that was created
     * @param node 0 or 1: nodes share nothing but what is behind the topic
     * @return the source
     */
    EventSource source(String topic, int node);

    /**
     * Where events are published.
     *
     * @return the same each time
     */
    Publisher publisher();

    /**
     * Whether {@link #interrupt} can be called: what is behind the topic can go away.
     *
     * @return false for a source that has nothing behind it
     */
    default boolean interruptible() {
        return false;
    }

    /** Takes away what is behind the topics, a broker for example. Blocks until it is noticed. */
    default void interrupt() {}

    /** Brings it back. Blocks until it is noticed. */
    default void heal() {}

    /**
     * Whether {@link #forget} can be called: what is old is given up.
     *
     * @return false for a source that keeps everything
     */
    default boolean forgetful() {
        return false;
    }

    /**
     * Takes away the oldest events of a topic, ten and more, as its retention would. Blocks until they can't be read.
     *
     * @param topic a topic of one partition that was created
     */
    default void forget(String topic) {}

    /** Frees everything. Called after each test. */
    @Override
    void close();
}
