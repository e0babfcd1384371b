package dev.weir.transport.sse;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Turns a retryable refusal into a stream that stops at once, for clients that come back: a browser's EventSource never returns from
 * any status but 200.
 */
record ReturningSource(EventSource source) implements EventSource {

    private static final Logger LOG = System.getLogger(ReturningSource.class.getName());

    @Override
    public Cursor open(Subscription subscription) {
        String last = subscription.caller().header().apply("last-event-id");
        if (last == null || last.isEmpty()) {
            return source.open(subscription);
        }
        try {
            return source.open(subscription);
        } catch (Refusal no) {
            if (!no.code().retryable()) {
                throw no;
            }
            return stopped(subscription.start(), no);
        } catch (RuntimeException failure) {
            LOG.log(Level.ERROR, "opening a stream failed", failure);
            return stopped(
                    subscription.start(),
                    new Refusal(Code.INTERNAL, "the stream could not be opened; try again later"));
        }
    }

    private static Cursor stopped(Start start, Refusal why) {
        return new Stopped(start instanceof Start.After after ? after.id() : "", why);
    }

    private record Stopped(String position, Refusal why) implements Cursor {

        @Override
        public void onReady(Runnable wake) {}

        @Override
        public @Nullable Signal poll() {
            return new Signal.Stop(position, why.code(), why.getMessage(), why.retryAfter());
        }

        @Override
        public void close() {}
    }
}
