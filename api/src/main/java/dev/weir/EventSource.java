package dev.weir;

/**
 * What can be opened and read: a topic, an export, another server, or a wrapper that limits, filters or guards another source.
 * The one thing that transports know.
 *
 * @implSpec Safe for any number of threads at once.
 */
@FunctionalInterface
public interface EventSource {

    /**
     * Opens a stream for one subscriber. May block, for as long as a client may wait for its first byte; called on the
     * connection's own thread, once for each subscription. Nothing has been sent to the client yet.
     *
     * @param subscription what was asked for
     * @return a cursor of the caller's own, to be closed by it
     * @throws Refusal the answer is no, and the client is told why
     */
    Cursor open(Subscription subscription);
}
