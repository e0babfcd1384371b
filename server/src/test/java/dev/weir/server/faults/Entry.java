package dev.weir.server.faults;

import org.jspecify.annotations.Nullable;

/** One line of a {@link Diary}; {@code at} is of {@link System#nanoTime}. */
sealed interface Entry {

    long at();

    /** The position it told, if it told one. */
    default @Nullable String id() {
        return null;
    }

    /** The server accepted. {@code after} is the id that was sent, if one was. */
    record Connected(long at, @Nullable String after) implements Entry {}

    /** The server said no. */
    record Refused(long at, String status, String code, boolean retryAfter) implements Entry {}

    record Opened(long at, String id) implements Entry {}

    /** An event; without a stamp its data were not whole. */
    record Got(long at, @Nullable String id, @Nullable Stamp stamp) implements Entry {}

    record Heartbeat(long at, @Nullable String id) implements Entry {}

    record Gap(long at, String id, String reason, int partition, long from, long to) implements Entry {}

    record Stop(long at, String id, String code, boolean retryable, long retryAfterMillis) implements Entry {}

    record End(long at, String id, long events) implements Entry {}

    /** The connection is over. {@code clean}: it looked complete, by a last chunk or the status OK. */
    record Disconnected(long at, String reason, boolean clean) implements Entry {}
}
