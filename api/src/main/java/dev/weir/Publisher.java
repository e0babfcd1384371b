package dev.weir;

import java.util.List;

/**
 * Where events are published.
 *
 * @implSpec Safe for any number of threads at once.
 */
public interface Publisher {

    /**
     * Appends events to a topic. Blocks until all are acknowledged or one has failed. The batch is checked whole before the
     * first event is sent.
     *
     * @param topic the topic's name
     * @param batch the events; their ids, partitions and offsets are ignored
     * @return where each event lies, in order of the batch
     * @throws Refusal nothing was sent, or the outcome is unknown: then the code is {@link Code#SOURCE_UNAVAILABLE} and the
     *     message says what was acknowledged
     */
    List<Published> publish(String topic, List<Event> batch);

    /**
     * Where a published event lies.
     *
     * @param partition its partition
     * @param offset its offset
     */
    record Published(int partition, long offset) {}
}
