package dev.weir;

import java.util.List;
import java.util.concurrent.Executor;

/** A cursor around a cursor; what it does not change it hands through. */
abstract class WrappedCursor implements Cursor {

    final Cursor inner;

    /** Run to be polled again; by any thread, once it is set. */
    volatile Runnable wake = () -> {};

    WrappedCursor(Cursor inner) {
        this.inner = inner;
    }

    @Override
    public void onReady(Runnable wake) {
        this.wake = wake;
        inner.onReady(wake);
    }

    @Override
    public void onReady(Runnable wake, Executor loop) {
        this.wake = wake;
        inner.onReady(wake, loop);
    }

    @Override
    public String position() {
        return inner.position();
    }

    @Override
    public List<String> columns() {
        return inner.columns();
    }

    @Override
    public long superseded() {
        return inner.superseded();
    }

    @Override
    public boolean bounded() {
        return inner.bounded();
    }

    @Override
    public boolean overdue() {
        return inner.overdue();
    }

    @Override
    public void close() {
        inner.close();
    }
}
