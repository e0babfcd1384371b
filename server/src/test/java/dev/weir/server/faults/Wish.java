package dev.weir.server.faults;

import org.jspecify.annotations.Nullable;

/**
 * What a subscriber wants.
 *
 * @param topic the topic
 * @param parameters as in a URL, such as {@code from=earliest&heartbeat=1}; may be empty
 * @param comesBack whether it reconnects with its last id when a stream ends early
 * @param after the id to begin behind, sent as {@code Last-Event-ID}
 * @param receiveBuffer of the socket, in bytes; 0 for the system's
 */
record Wish(
        String topic,
        String parameters,
        boolean comesBack,
        @Nullable String after,
        int receiveBuffer) {

    /** The head of a topic, with a heartbeat each second. */
    static Wish of(String topic) {
        return new Wish(topic, "heartbeat=1", false, null, 0);
    }

    Wish with(String more) {
        return new Wish(topic, parameters + "&" + more, comesBack, after, receiveBuffer);
    }

    Wish thatComesBack() {
        return new Wish(topic, parameters, true, after, receiveBuffer);
    }

    Wish after(@Nullable String id) {
        return new Wish(topic, parameters, comesBack, id, receiveBuffer);
    }

    Wish withReceiveBuffer(int bytes) {
        return new Wish(topic, parameters, comesBack, after, bytes);
    }
}
