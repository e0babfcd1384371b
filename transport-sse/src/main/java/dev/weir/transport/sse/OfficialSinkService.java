package dev.weir.transport.sse;

import dev.weir.Bytes;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Format;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.transport.http.FrameWriter;
import dev.weir.transport.http.HttpWire;
import dev.weir.transport.http.SignalJson;
import dev.weir.transport.http.StreamService;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * The same streams through Helidon's own {@link SseSink}, for comparison and for those who must use it. It keeps fewer rules than
 * {@link SseService}; {@code docs/adr/0003-own-sse-framing.md} names them. Each stream holds the connection's virtual thread; nothing
 * cuts a client that does not read.
 */
public final class OfficialSinkService implements HttpService {

    private final EventSource source;

    /**
     * A service for {@code GET /{topic}}.
     *
     * @param source what clients may open
     */
    public OfficialSinkService(EventSource source) {
        this.source = source;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/{topic}", this::handle);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        try (Cursor cursor = source.open(StreamService.subscription(request))) {
            Thread self = Thread.currentThread();
            cursor.onReady(() -> LockSupport.unpark(self));
            deliver(cursor, response.sink(SseSink.TYPE));
        } catch (Refusal no) {
            refuse(response, no);
        } catch (UncheckedIOException | ServerConnectionException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
    }

    private static void deliver(Cursor cursor, SseSink sink) {
        Signal signal = cursor.poll();
        while (signal == null || !signal.last()) {
            if (signal == null) {
                LockSupport.park(cursor);
            } else {
                sink.emit(event(signal));
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CloseConnectionException("the server stops");
            }
            signal = cursor.poll();
        }
        sink.emit(event(signal));
        sink.close();
    }

    private static SseEvent event(Signal signal) {
        SseEvent.Builder event = SseEvent.builder().id(signal.id());
        if (signal instanceof Event told) {
            if (told.type() != null) {
                event.name(told.type());
            }
            Bytes data = told.data();
            return event.data(data == null ? new byte[0] : data.toArray()).build();
        }
        if (signal instanceof Signal.Heartbeat) {
            return event.comment("").build();
        }
        FrameWriter json = new FrameWriter(128);
        SignalJson.write(json, signal, Format.Encoding.AUTO);
        String kind = signal.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return event.name("stream-" + kind).data(json.toBytes().toArray()).build();
    }

    private static void refuse(ServerResponse response, Refusal no) {
        try {
            new HttpWire(response, false).refuse(no);
        } catch (IOException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
    }
}
