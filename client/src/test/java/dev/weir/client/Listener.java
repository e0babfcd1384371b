package dev.weir.client;

import dev.weir.Cursor;
import dev.weir.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A program that reads a cursor on its own thread. */
final class Listener implements AutoCloseable {

    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(10);

    final Cursor cursor;

    Listener(Cursor cursor) {
        this.cursor = cursor;
        Thread self = Thread.currentThread();
        cursor.onReady(() -> LockSupport.unpark(self));
    }

    Signal next() {
        long end = System.nanoTime() + DEADLINE;
        for (Signal signal = cursor.poll(); true; signal = cursor.poll()) {
            if (signal != null) {
                return signal;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no signal within 10 s");
            }
            LockSupport.parkNanos(this, end - System.nanoTime());
        }
    }

    List<Signal> all() {
        List<Signal> all = new ArrayList<>();
        do {
            all.add(next());
        } while (!all.getLast().last());
        return all;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
