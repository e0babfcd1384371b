package dev.weir.tck;

import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source around a source that notes every breach of the rules for cursors, and how many are open. */
final class WatchedSource implements EventSource {

    private final EventSource inner;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final Queue<String> breaches = new ConcurrentLinkedQueue<>();

    WatchedSource(EventSource inner) {
        this.inner = inner;
    }

    @Override
    public Cursor open(Subscription subscription) {
        Cursor cursor = inner.open(subscription);
        opened.incrementAndGet();
        return new Watched(cursor);
    }

    int opened() {
        return opened.get();
    }

    int closed() {
        return closed.get();
    }

    List<String> breaches() {
        return List.copyOf(breaches);
    }

    private final class Watched implements Cursor {

        private final Cursor cursor;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile boolean done;
        private volatile boolean last;
        private volatile boolean awaited;

        Watched(Cursor cursor) {
            this.cursor = cursor;
        }

        private void enter(String call) {
            if (!busy.compareAndSet(false, true)) {
                breaches.add(call + " while another thread was in the cursor");
            }
            if (done) {
                breaches.add(call + " after close");
            }
        }

        @Override
        public void onReady(Runnable wake) {
            await(() -> cursor.onReady(wake));
        }

        @Override
        public void onReady(Runnable wake, Executor loop) {
            await(() -> cursor.onReady(wake, loop));
        }

        private void await(Runnable ready) {
            enter("onReady");
            if (awaited) {
                breaches.add("onReady twice");
            }
            awaited = true;
            ready.run();
            busy.set(false);
        }

        @Override
        public @Nullable Signal poll() {
            enter("poll");
            if (last) {
                breaches.add("poll after the last signal");
            }
            if (!awaited) {
                breaches.add("poll before onReady");
            }
            try {
                Signal signal = cursor.poll();
                last = signal != null && signal.last();
                return signal;
            } finally {
                busy.set(false);
            }
        }

        @Override
        public String position() {
            enter("position");
            busy.set(false);
            return cursor.position();
        }

        @Override
        public List<String> columns() {
            return cursor.columns();
        }

        @Override
        public long superseded() {
            return cursor.superseded();
        }

        @Override
        public boolean bounded() {
            return cursor.bounded();
        }

        @Override
        public boolean overdue() {
            return cursor.overdue();
        }

        @Override
        public void close() {
            enter("close");
            if (!done) {
                done = true;
                closed.incrementAndGet();
                cursor.close();
            }
            busy.set(false);
        }
    }
}
