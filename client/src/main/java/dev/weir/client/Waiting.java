package dev.weir.client;

import dev.weir.Cursor;
import dev.weir.Signal;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A cursor whose signals are waited for, one thread at a time. */
final class Waiting {

    private final Cursor cursor;
    private volatile @Nullable Thread waiter;

    Waiting(Cursor cursor) {
        this.cursor = cursor;
        cursor.onReady(() -> LockSupport.unpark(waiter));
    }

    /** The next signal. Blocks until there is one; not called after the last. */
    Signal next() throws InterruptedException {
        waiter = Thread.currentThread();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Signal signal = cursor.poll();
            if (signal != null) {
                return signal;
            }
            LockSupport.park(this);
        }
    }
}
