package dev.weir.transport.sse;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Signal;
import dev.weir.transport.http.HttpWire;
import io.helidon.common.GenericType;
import io.helidon.webserver.http.spi.Sink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * An event stream that a Helidon handler fills itself: {@code try (var sink = response.sink(SignalSink.TYPE)) {
 * sink.emit(Event.of("tick", "1")); }}. The head has left, and the first block with it, when there is a sink. For the handler's
 * thread.
 */
public final class SignalSink implements Sink<Signal> {

    /** What to ask a response for. */
    public static final GenericType<SignalSink> TYPE = GenericType.create(SignalSink.class);

    private final SseCodec codec = SseCodec.of(Format.DEFAULT, false);
    private final HttpWire wire;

    SignalSink(HttpWire wire) throws IOException {
        this.wire = wire;
        Signal.Open open = new Signal.Open("", List.of());
        wire.open(open, codec);
        wire.write(codec.encode(open));
        wire.flush();
    }

    /**
     * Sends a signal at once. Blocks while the client is slow, without limit.
     *
     * @param signal an event, as a rule
     * @return this
     * @throws UncheckedIOException the client is gone
     */
    @Override
    public SignalSink emit(Signal signal) {
        try {
            Bytes frame = signal instanceof Event event ? event.frame(codec) : codec.encode(signal);
            if (frame != null) {
                wire.write(frame);
                wire.flush();
            }
            return this;
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /**
     * Ends the stream cleanly, with no signal: a browser comes back, unless an {@link Signal.End} was emitted. Blocks while the client
     * is slow.
     *
     * @throws UncheckedIOException the client is gone
     */
    @Override
    public void close() {
        try {
            wire.close(new Signal.End("", 0));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
