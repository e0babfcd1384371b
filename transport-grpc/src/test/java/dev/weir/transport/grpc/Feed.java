package dev.weir.transport.grpc;

import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source for one stream, fed by the test, that counts what is done to it. */
final class Feed implements EventSource {

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger polled = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger calledAfterClose = new AtomicInteger();

    private final Queue<Signal> queue = new ConcurrentLinkedQueue<>();
    private final @Nullable Supplier<Signal> endless;
    private volatile Runnable wake = () -> {};

    Feed(Signal... signals) {
        endless = null;
        queue.addAll(java.util.List.of(signals));
    }

    Feed(Supplier<Signal> endless) {
        this.endless = endless;
    }

    void push(Signal signal) {
        queue.add(signal);
        wake.run();
    }

    @Override
    public Cursor open(Subscription subscription) {
        opened.incrementAndGet();
        return new FeedCursor();
    }

    private final class FeedCursor implements Cursor {

        private String position = "start";

        @Override
        public void onReady(Runnable run) {
            wake = run;
        }

        @Override
        public @Nullable Signal poll() {
            if (closed.get() > 0) {
                calledAfterClose.incrementAndGet();
            }
            Signal signal = endless == null ? queue.poll() : endless.get();
            if (signal != null) {
                polled.incrementAndGet();
                position = signal.id();
            }
            return signal;
        }

        @Override
        public String position() {
            return position;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
