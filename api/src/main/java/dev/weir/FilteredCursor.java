package dev.weir;

import org.jspecify.annotations.Nullable;

/** Leaves out the events that were not asked for; the position moves on with them. */
final class FilteredCursor extends WrappedCursor {

    private static final int BATCH = 256;

    private final Filter filter;

    FilteredCursor(Cursor inner, Filter filter) {
        super(inner);
        this.filter = filter;
    }

    @Override
    public @Nullable Signal poll() {
        for (int dropped = 0; dropped < BATCH; dropped++) {
            Signal signal = inner.poll();
            if (!(signal instanceof Event event) || filter.accepts(event)) {
                return signal;
            }
        }
        wake.run();
        return null;
    }
}
