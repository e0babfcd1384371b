package dev.weir.docs;

import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.SignalPublisher;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.client.Reading;
import dev.weir.client.ReconnectingSource;
import dev.weir.client.RemoteSource;
import dev.weir.client.Signals;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** The four ways to read a server from Java. */
final class RemoteReader {

    private RemoteReader() {}

    // snippet:remote
    /** Around any {@code RemoteSource.of(Via.SSE, URI.create("http://127.0.0.1:8080"))}, or NDJSON, or GRPC. */
    static EventSource lasting(RemoteSource remote) {
        return new ReconnectingSource(remote);
    }
    // end:remote

    // snippet:listener
    static Reading listen(EventSource source, String topic, Consumer<Event> out) {
        return Reading.start(source, Subscription.to(topic), new Reading.Listener() {
            @Override
            public void onEvent(Event event) {
                out.accept(event);
            }

            @Override
            public void onGap(Signal.Gap gap) {
                System.err.println("lost: " + gap);
            }
        });
    }
    // end:listener

    // snippet:loop
    static void follow(EventSource source, String topic, Consumer<Event> out) {
        try (Signals signals = Signals.open(source, Subscription.to(topic))) {
            for (Signal signal : signals) {
                switch (signal) {
                    case Event event -> out.accept(event);
                    case Signal.Gap gap -> System.err.println("lost: " + gap);
                    default -> {}
                }
            }
        }
    }
    // end:loop

    // snippet:flow
    static Flow.Publisher<Signal> flow(EventSource source, String topic) {
        return new SignalPublisher(source, Subscription.to(topic));
    }
    // end:flow

    // snippet:feed
    static Sources feed(EventSource source, String topic) {
        return new Sources().register(topic, source);
    }
    // end:feed
}
