package dev.weir.server.cli;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Format;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.transport.http.FrameWriter;
import dev.weir.transport.http.SignalJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Prints a stream to its end, and comes back after the last id when the connection is lost. Used once, by one thread. */
final class Tail {

    private final EventSource source;
    private final OutputStream out;
    private final PrintWriter err;
    private final boolean full;
    private final Semaphore ready = new Semaphore(0);
    private final String topic;
    private final Map<String, List<String>> parameters;
    private long left;
    private boolean connected;

    /** The parameters are those of a request; a limit of 0 is none. */
    Tail(
            EventSource source,
            String topic,
            Map<String, List<String>> parameters,
            long limit,
            OutputStream out,
            PrintWriter err,
            boolean full) {
        this.source = source;
        this.topic = topic;
        this.parameters = new HashMap<>(parameters);
        this.left = limit > 0 ? limit : -1;
        this.out = out;
        this.err = err;
        this.full = full;
    }

    /** Blocks until the stream has ended. */
    void run() throws IOException, InterruptedException {
        Signal last;
        do {
            last = connection();
        } while (last instanceof Signal.Stop stop && left != 0 && again(stop));
    }

    private boolean again(Signal.Stop stop) throws InterruptedException {
        if (!stop.code().retryable()) {
            throw new Refusal(stop.code(), stop.message());
        }
        err.println(
                "weir: " + stop.message() + "; again in " + stop.retryAfter().toMillis() + " ms");
        Thread.sleep(stop.retryAfter().toMillis());
        return true;
    }

    private Signal connection() throws IOException, InterruptedException {
        Cursor cursor;
        try {
            cursor = source.open(wanted());
            connected = true;
        } catch (Refusal no) {
            if (!connected) {
                throw no;
            }
            return new Signal.Stop("", no.code(), no.getMessage(), no.retryAfter());
        }
        try (cursor) {
            cursor.onReady(ready::release);
            resumeAt(cursor.position());
            while (true) {
                Signal signal = cursor.poll();
                if (signal == null) {
                    out.flush();
                    ready.acquire();
                    ready.drainPermits();
                } else if (told(signal)) {
                    out.flush();
                    return signal;
                }
            }
        }
    }

    /** Prints a signal; true if it is the last. */
    private boolean told(Signal signal) throws IOException {
        resumeAt(signal.id());
        if (signal instanceof Event event) {
            print(event);
            left -= left > 0 ? 1 : 0;
        } else if (signal instanceof Signal.Gap gap) {
            err.println("weir: gap (" + gap.reason() + ") in partition " + gap.partition() + ", offsets " + gap.from()
                    + " to " + gap.to());
        }
        return signal.last();
    }

    private void print(Event event) throws IOException {
        if (full) {
            FrameWriter line = new FrameWriter(event.weight());
            SignalJson.write(line, event, Format.Encoding.AUTO);
            line.octet('\n').toBytes().writeTo(out);
            return;
        }
        @Nullable Bytes data = event.data();
        (data == null ? Bytes.utf8("null") : data).writeTo(out);
        out.write('\n');
    }

    private Subscription wanted() {
        if (left > 0) {
            parameters.put("limit", List.of(String.valueOf(left)));
        }
        return Subscription.of(List.of(topic), parameters, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private void resumeAt(String id) {
        if (!id.isEmpty()) {
            parameters.remove("from");
            parameters.put("after", List.of(id));
        }
    }
}
