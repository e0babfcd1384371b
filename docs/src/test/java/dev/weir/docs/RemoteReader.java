package dev.weir.docs;

import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Start;
import dev.weir.client.RemoteSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A client that comes back. */
final class RemoteReader {

    private RemoteReader() {}

    // snippet:remote
    /** Reads for ever, from any {@code RemoteSource.of(Via.GRPC, URI.create("http://127.0.0.1:50051"))}. */
    static void follow(RemoteSource remote, String topic, Consumer<Event> out) throws InterruptedException {
        AtomicReference<Start> next = new AtomicReference<>(new Start.Latest());
        while (true) {
            try {
                Embedding.read(asked -> remote.open(asked.withStart(next.get())), topic, signal -> {
                    if (!signal.id().isEmpty()) {
                        next.set(new Start.After(signal.id()));
                    }
                    if (signal instanceof Event event) {
                        out.accept(event);
                    }
                });
            } catch (Refusal no) {
                if (!no.code().retryable()) {
                    throw no;
                }
            }
            Thread.sleep(1_000); // a polite client waits as long as the stop or the refusal says
        }
    }
    // end:remote
}
