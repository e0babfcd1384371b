package dev.weir;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Counts the events of this connection: ends after the limit, and tells the count at the end. */
final class CountedCursor extends WrappedCursor {

    private final long limit;
    private long events;

    CountedCursor(Cursor inner, OptionalLong limit) {
        super(inner);
        this.limit = limit.orElse(Long.MAX_VALUE);
    }

    long events() {
        return events;
    }

    @Override
    public @Nullable Signal poll() {
        if (events == limit) {
            return new Signal.End(position(), events);
        }
        Signal signal = inner.poll();
        if (signal instanceof Event) {
            events++;
        } else if (signal instanceof Signal.End end) {
            return new Signal.End(end.id(), events);
        }
        return signal;
    }
}
