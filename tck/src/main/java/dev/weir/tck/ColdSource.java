package dev.weir.tck;

import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Subscription;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A cold source that emits some numbers, the ids of which it makes itself, then does what a test says, and notes what became of it. */
final class ColdSource implements EventSource {

    final CountDownLatch asked = new CountDownLatch(1);
    final AtomicInteger interrupted = new AtomicInteger();
    final AtomicInteger cleaned = new AtomicInteger();

    private final int items;
    private final Cold.Generator then;

    ColdSource(int items, Cold.Generator then) {
        this.items = items;
        this.then = then;
    }

    /** It hangs for ever, but for its interrupt. */
    static void hang(Cold.Emitter out) throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** It hangs, and ignores every interrupt. */
    static Cold.Generator deafUntil(CountDownLatch over) {
        return out -> {
            while (over.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
                Thread.interrupted();
            }
        };
    }

    static String id(int item) {
        return "row-" + item;
    }

    @Override
    public Cursor open(Subscription subscription) {
        return Cold.run(this::generate);
    }

    private void generate(Cold.Emitter out) throws Exception {
        asked.countDown();
        try {
            for (int item = 0; item < items; item++) {
                out.emit(Event.of("number", "" + item).withId(id(item)));
            }
            then.run(out);
        } catch (InterruptedException cancelled) {
            interrupted.incrementAndGet();
            throw cancelled;
        } finally {
            cleaned.incrementAndGet();
        }
    }

    /** Its client has gone: it was interrupted once, and has cleaned up once. */
    boolean cancelled() {
        return interrupted.get() == 1 && cleaned.get() == 1;
    }
}
