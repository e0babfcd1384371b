package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Deliveries;
import dev.weir.Delivery;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A stream over the channel below a response, with chunked transfer coding (RFC 9112, section 7.1). The thread that handles the
 * request sends the head; a {@link WriterLoop} sends what follows, a flush as one chunk, and never blocks. What the socket does not
 * take is kept, 64 KiB and one event at the most, and there is no room until it is gone.
 */
final class ChannelWire implements Wire {

    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final int TAIL = 2;

    /** Room for the size of a full buffer and its line's end. */
    private static final int HEAD = 4 + TAIL;

    /** A chunk has at least so many bytes for each byte of its head and end, while a large event is written. */
    private static final int CHUNK_PER_HEAD = 1024;

    /** The most that is given to the socket at once, because the JDK copies and keeps as much. */
    private static final int SLICE = 64 << 10;

    private static final byte[] LAST_CHUNK = {'0', CR, LF, CR, LF};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private enum State {
        OPEN,
        /** Everything is said; some of it may have to be sent still. */
        CLOSING,
        /** The connection has its channel again. */
        DONE
    }

    // set once
    private final SocketChannel channel;
    private final WriterLoop loop;
    private final Thread connection = Thread.currentThread();

    private final boolean single;
    private final boolean trailers;
    private final Deliveries deliveries;

    @SuppressWarnings("NullAway.Init")
    private Delivery delivery;

    // the connection's until the first step, then the loop's
    private @Nullable HttpWire response;
    private @Nullable Codec codec;
    private @Nullable SelectionKey key;
    private @Nullable ByteBuffer rest;
    private long written;
    private int toCome;
    private boolean released;

    /** Set by the loop when everything is said, for the connection. */
    private long patienceNanos;

    // any thread
    private volatile State state = State.OPEN;
    private volatile boolean cut;
    private volatile boolean more;
    private volatile long taken;

    /**
     * On the thread that handles the request.
     *
     * @param response for the head, or the refusal
     * @param single whether the connection is to be closed after this stream
     * @param trailers whether the client wants to be told behind the last chunk how the stream has ended
     * @param deliveries tell how long a client may take nothing of what is left once everything is said
     */
    ChannelWire(
            HttpWire response,
            SocketChannel channel,
            WriterLoop loop,
            boolean single,
            boolean trailers,
            Deliveries deliveries) {
        this.response = response;
        this.channel = channel;
        this.loop = loop;
        this.single = single;
        this.trailers = trailers;
        this.deliveries = deliveries;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Tells the delivery of what happens to the channel. Before it starts. */
    void carries(Delivery carried) {
        delivery = carried;
    }

    /** Whether the stream has begun: otherwise it was refused. */
    boolean opened() {
        return codec != null;
    }

    /** The connection's thread: waits until the stream has ended. Blocks. True: the connection can serve another request. */
    boolean await() {
        long moved = System.nanoTime();
        long seen = -1;
        while (state != State.DONE) {
            long now = System.nanoTime();
            if (Thread.interrupted()) {
                loop.execute(this::gone);
            } else if (state == State.OPEN) {
                LockSupport.park(this);
            } else if (taken != seen) {
                seen = taken;
                moved = now;
            } else if (now - moved < patienceNanos) {
                LockSupport.parkNanos(this, patienceNanos - (now - moved));
            } else {
                loop.execute(this::abort);
                moved = now;
            }
        }
        return !cut && !more && !single;
    }

    @Override
    public void refuse(Refusal why) throws IOException {
        opening().refuse(why);
        done();
    }

    @Override
    public void open(Signal.Open at, Codec codec) throws IOException {
        this.codec = codec;
        opening().open(at, codec);
    }

    @Override
    public boolean ready() {
        if (key == null && !cut) {
            takeOver();
        }
        return rest == null && !cut;
    }

    @Override
    public long taken() {
        return taken;
    }

    @Override
    public void write(Bytes frame) throws IOException {
        if (key == null) {
            opening().write(frame);
            return;
        }
        ByteBuffer out = loop.buffer();
        for (int copied = 0; copied < frame.length(); ) {
            if (out.position() == 0) {
                out.limit(out.capacity() - TAIL).position(HEAD);
            }
            copied += frame.copyTo(copied, out);
            if (!out.hasRemaining()) {
                toCome = frame.length() - copied;
                send(out);
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (key == null) {
            opening().flush();
        } else if (loop.buffer().position() > 0) {
            toCome = 0;
            send(loop.buffer());
        }
    }

    /** What the format has no word for is told by the connection, which closes in the middle of a chunked body. */
    @Override
    public void close(Signal last) throws IOException {
        SelectionKey mine = key;
        if (mine == null || codec == null || (!(last instanceof Signal.End) && codec.encode(last) == null)) {
            abort();
            return;
        }
        byte[] lastChunk = trailers ? Trailers.lastChunk(last) : LAST_CHUNK;
        ByteBuffer end = loop.buffer().clear().put(lastChunk).flip();
        push(end);
        patienceNanos = deliveries.patience(last instanceof Signal.End).toNanos();
        state = State.CLOSING;
        LockSupport.unpark(connection);
        if (rest == null) {
            release(mine);
        }
    }

    /** The channel goes back as it is; whoever serves the connection closes it. */
    @Override
    public void abort() {
        cut = true;
        SelectionKey mine = key;
        if (mine == null) {
            done();
        } else {
            release(mine);
        }
    }

    /** The loop's: something can be read or written. */
    void selected(ByteBuffer scratch) {
        SelectionKey selected = key;
        if (selected != null && selected.isValid() && selected.isWritable()) {
            drain(selected);
        }
        if (selected != null && selected.isValid() && selected.isReadable()) {
            look(selected, scratch);
        }
    }

    /** The loop's, once no selector knows the channel: the connection has it again. */
    boolean giveBack() {
        if (channel.isRegistered()) {
            return false;
        }
        try {
            channel.configureBlocking(true);
        } catch (IOException closed) {
            cut = true;
        }
        done();
        return true;
    }

    private HttpWire opening() throws IOException {
        HttpWire head = response;
        if (head == null) {
            throw new IOException("the channel is closed");
        }
        return head;
    }

    private void takeOver() {
        try {
            key = loop.register(this);
            response = null;
        } catch (IOException closed) {
            cut = true;
            delivery.cancel();
        }
    }

    /** The buffer as one chunk, as much of it as the socket takes; the rest is kept. */
    private void send(ByteBuffer out) throws IOException {
        int begin = HEAD - TAIL;
        out.put(begin, CR).put(begin + 1, LF);
        for (int size = out.position() - HEAD; size > 0; size >>>= 4) {
            out.put(--begin, HEX[size & 0xf]);
        }
        out.limit(out.capacity()).put(CR).put(LF).flip().position(begin);
        push(out);
    }

    private void push(ByteBuffer out) throws IOException {
        if (rest == null) {
            channel.write(out);
        }
        if (out.hasRemaining()) {
            keep(out);
        }
        out.clear();
    }

    /** With room for what is still to come of a large event, so that it is copied once. */
    private void keep(ByteBuffer out) {
        ByteBuffer kept = rest;
        int needed = out.remaining();
        if (kept == null || kept.capacity() - kept.limit() < needed) {
            ByteBuffer before = kept == null ? NOTHING : kept;
            kept = ByteBuffer.allocate(before.remaining() + needed + toCome + toCome / CHUNK_PER_HEAD)
                    .put(before)
                    .flip();
        }
        int begin = kept.position();
        int end = kept.limit();
        kept.limit(end + needed).position(end).put(out).position(begin);
        rest = kept;
        if (key != null) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    private void drain(SelectionKey writable) {
        ByteBuffer kept = rest;
        if (kept != null) {
            try {
                int end = kept.limit();
                kept.limit(Math.min(end, kept.position() + SLICE));
                written += channel.write(kept);
                kept.limit(end);
                taken = written;
            } catch (IOException closed) {
                gone();
                return;
            }
            if (kept.hasRemaining()) {
                return;
            }
            rest = null;
        }
        if (state == State.OPEN) {
            writable.interestOpsAnd(~SelectionKey.OP_WRITE);
            delivery.wake();
        } else {
            release(writable);
        }
    }

    /** A client has nothing to say while it is answered; what it says all the same is lost, and so is its connection afterwards. */
    private void look(SelectionKey readable, ByteBuffer scratch) {
        readable.interestOpsAnd(~SelectionKey.OP_READ);
        try {
            if (channel.read(scratch) > 0) {
                more = true;
                return;
            }
        } catch (IOException closed) {
            // as if it had ended
        }
        gone();
    }

    private void release(SelectionKey mine) {
        if (!released) {
            released = true;
            mine.cancel();
            loop.release(this);
        }
    }

    /** The loop's: the client has left, or can't be written to. */
    void gone() {
        if (state == State.OPEN) {
            delivery.cancel();
        } else {
            abort();
        }
    }

    private void done() {
        state = State.DONE;
        LockSupport.unpark(connection);
    }
}
