package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A format with as few words as possible: data and blank lines. */
final class LineService extends StreamService {

    LineService(EventSource source, Duration maxWriteStall) {
        super("lines", source, maxWriteStall);
    }

    @Override
    protected List<String> mediaTypes() {
        return List.of("text/plain", "text/x-lines");
    }

    @Override
    protected Codec codec(Subscription subscription, String mediaType) {
        return new Lines(mediaType);
    }

    private record Lines(String mediaType) implements Codec {

        @Override
        public @Nullable Bytes encode(Signal signal) {
            if (signal instanceof Event event && event.data() != null) {
                return Bytes.utf8(event.data().toText() + "\n");
            }
            return signal instanceof Signal.Heartbeat ? Bytes.utf8("\n") : null;
        }
    }
}
