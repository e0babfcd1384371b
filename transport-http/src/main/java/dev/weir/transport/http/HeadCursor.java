package dev.weir.transport.http;

import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream that is opened, tells where it starts, and ends: what HEAD wants. */
record HeadCursor(Cursor opened) implements Cursor {

    static EventSource of(EventSource source) {
        return subscription -> new HeadCursor(source.open(subscription));
    }

    @Override
    public void onReady(Runnable wake) {
        opened.onReady(wake);
    }

    @Override
    public @Nullable Signal poll() {
        return new Signal.End(opened.position(), 0);
    }

    @Override
    public String position() {
        return opened.position();
    }

    @Override
    public List<String> columns() {
        return opened.columns();
    }

    @Override
    public void close() {
        opened.close();
    }
}
