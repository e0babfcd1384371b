package dev.weir.client;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Refusal;
import dev.weir.Signal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cursor over a connection: a generator reads ahead, and the open signal becomes position and columns. */
final class RemoteCursor implements Cursor {

    private static final Logger LOG = System.getLogger(RemoteCursor.class.getName());

    private final SignalReader reader;
    private final Cursor inner;
    private volatile Runnable wake = () -> {};

    // the polling thread
    private @Nullable Signal first;
    private String position;
    private List<String> columns = List.of();
    private long superseded;

    private RemoteCursor(String position, SignalReader reader, Cursor inner) {
        this.position = position;
        this.reader = reader;
        this.inner = inner;
        inner.onReady(() -> wake.run());
        first = told(inner.poll());
    }

    /**
     * Begins to read. Blocks until the first signal, or a quarter of a second.
     *
     * @param position where the head of the answer says that the stream starts
     */
    static Cursor over(String position, SignalReader reader) {
        return new RemoteCursor(position, reader, Cold.run(out -> read(position, reader, out)));
    }

    private static void read(String start, SignalReader reader, Cold.Emitter out) throws InterruptedException {
        String last = start;
        Code code = Code.SOURCE_UNAVAILABLE;
        String message = "the connection was lost; come back with the last id";
        try (reader) {
            for (Signal signal = reader.next(); signal != null; signal = reader.next()) {
                last = signal.id().isEmpty() ? last : signal.id();
                out.emit(signal);
                if (signal.last()) {
                    return;
                }
            }
        } catch (Refusal no) {
            Duration retryAfter = no.retryAfter().isZero() ? reader.retryAfter() : no.retryAfter();
            out.emit(new Signal.Stop(last, no.code(), no.getMessage(), retryAfter));
            return;
        } catch (ProtocolException unreadable) {
            LOG.log(Level.WARNING, "a stream cannot be read", unreadable);
            code = Code.INTERNAL;
            message = "the stream cannot be read";
        } catch (SocketTimeoutException silent) {
            LOG.log(Level.DEBUG, "a connection is dead", silent);
            message = "the server was silent for too long; come back with the last id";
        } catch (IOException lost) {
            LOG.log(Level.DEBUG, "a connection was lost", lost);
        }
        out.emit(new Signal.Stop(last, code, message, reader.retryAfter()));
    }

    @Override
    public void onReady(Runnable run) {
        wake = run;
    }

    @Override
    public @Nullable Signal poll() {
        Signal signal = first;
        first = null;
        if (signal == null) {
            signal = told(inner.poll());
        }
        if (signal instanceof Signal.Heartbeat heartbeat) {
            superseded = heartbeat.superseded();
        }
        if (signal != null && !signal.id().isEmpty()) {
            position = signal.id();
        }
        return signal;
    }

    /** Takes the open signal for itself; it comes once, before all others. */
    private @Nullable Signal told(@Nullable Signal signal) {
        if (!(signal instanceof Signal.Open open)) {
            return signal;
        }
        position = open.id().isEmpty() ? position : open.id();
        columns = open.columns();
        return inner.poll();
    }

    @Override
    public String position() {
        return position;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public long superseded() {
        return superseded;
    }

    @Override
    public void close() {
        inner.close();
        reader.close();
    }
}
