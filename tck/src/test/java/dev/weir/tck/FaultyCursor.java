package dev.weir.tck;

import dev.weir.Cursor;
import dev.weir.Signal;
import org.jspecify.annotations.Nullable;

/** A cursor around a cursor, to be broken in one place. */
class FaultyCursor implements Cursor {

    final Cursor cursor;

    FaultyCursor(Cursor cursor) {
        this.cursor = cursor;
    }

    @Override
    public void onReady(Runnable wake) {
        cursor.onReady(wake);
    }

    @Override
    public @Nullable Signal poll() {
        return cursor.poll();
    }

    @Override
    public String position() {
        return cursor.position();
    }

    @Override
    public void close() {
        cursor.close();
    }
}
