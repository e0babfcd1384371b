package dev.weir.server.demo;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Reads streams with an end where they are made. */
final class Streams {

    private Streams() {}

    static Cursor open(EventSource source, String query, String body) {
        return source.open(Subscription.parse("demo" + query, Bytes.utf8(body), Caller.at(new InetSocketAddress(0))));
    }

    /** The data of all events up to the end. */
    static List<String> all(Cursor opened) {
        List<String> all = new ArrayList<>();
        try (Cursor cursor = opened) {
            Signal signal = next(cursor);
            while (signal instanceof Event event) {
                all.add(event.data().toText());
                signal = next(cursor);
            }
            if (!(signal instanceof Signal.End)) {
                throw new AssertionError(signal);
            }
            return all;
        }
    }

    /** The next signal. Blocks until it is there. */
    static Signal next(Cursor cursor) {
        Signal signal = cursor.poll();
        while (signal == null) {
            Thread.onSpinWait();
            signal = cursor.poll();
        }
        return signal;
    }
}
