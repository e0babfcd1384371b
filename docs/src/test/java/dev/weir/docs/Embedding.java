package dev.weir.docs;

import dev.weir.Cursor;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** How a program uses Weir as a library. */
final class Embedding {

    private Embedding() {}

    // snippet:serve
    static Endpoint serve(String transport, EventSource source, InetSocketAddress address) throws IOException {
        for (Transport each : ServiceLoader.load(Transport.class)) {
            if (each.name().equals(transport)) {
                return each.open(source, address);
            }
        }
        throw new IOException("no transport " + transport + " on the class path");
    }
    // end:serve

    // snippet:ten-lines
    static void orders(String transport, InetSocketAddress address, int count) throws IOException {
        try (Topic orders = new Topic("orders");
                Sources sources = new Sources().register("orders", orders);
                Endpoint endpoint = serve(transport, sources, address)) {
            System.out.println("orders over " + transport + " at " + endpoint.address());
            for (int n = 1; n <= count; n++) {
                orders.publish(Event.of("placed", "{\"order\":" + n + "}"));
                LockSupport.parkNanos(1_000_000_000);
            }
        }
    }
    // end:ten-lines

    // snippet:read
    static void read(EventSource source, String topic, Consumer<Signal> out) {
        try (Cursor cursor = source.open(Subscription.to(topic))) {
            Thread self = Thread.currentThread();
            cursor.onReady(() -> LockSupport.unpark(self));
            while (!self.isInterrupted()) {
                Signal signal = cursor.poll();
                if (signal == null) {
                    LockSupport.park();
                } else {
                    out.accept(signal);
                    if (signal.last()) {
                        return;
                    }
                }
            }
        }
    }
    // end:read

    // snippet:push
    /** One thread for all subscribers: whatever calls, listens or polls elsewhere ends in {@code publish}. */
    static Thread clock(Topic topic) {
        return Thread.ofVirtual().name("clock").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                topic.publish(Event.of("tick", Instant.now().toString()));
                LockSupport.parkNanos(1_000_000_000);
            }
        });
    }
    // end:push
}
