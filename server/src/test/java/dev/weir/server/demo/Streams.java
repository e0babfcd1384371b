package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
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

    static void assertRefused(EventSource source, String query, String body) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> open(source, query, body))
                .satisfies(no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST));
    }

    /** The data of all events up to the end. */
    static List<String> all(Cursor opened) {
        List<String> all = new ArrayList<>();
        try (Cursor cursor = opened) {
            while (true) {
                Signal signal = cursor.poll();
                if (signal instanceof Event event) {
                    all.add(event.data().toText());
                } else if (signal instanceof Signal.End) {
                    return all;
                } else if (signal != null) {
                    throw new AssertionError(signal);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
