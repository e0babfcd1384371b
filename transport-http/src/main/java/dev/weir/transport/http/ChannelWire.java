package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Delivery;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream over the channel below a response, with chunked transfer coding (RFC 9112, section 7.1). The thread that handles the
 * request sends the head and waits; a {@link WriterLoop} sends what follows, a flush as one chunk, and never blocks. What the
 * socket does not take is kept, 64 KiB and one event at the most, and there is no room until it is gone.
 */
final class ChannelWire implements Wire {

    private static final byte CR = '\r';
    private static final byte LF = '\n';
    private static final int TAIL = 2;

    /** Room for the size of a full buffer and its line's end. */
    private static final int HEAD = 4 + TAIL;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private enum State {
        OPEN,
        /** Everything is said; some of it may have to be sent still. */
        CLOSING,
        /** The handler has its channel again, or the channel is closed. */
        DONE
    }

    // set once
    private final HttpWire response;
    private final SocketChannel channel;
    private final WriterLoop loop;
    private final Thread handler = Thread.currentThread();

    @SuppressWarnings("NullAway.Init")
    private Delivery delivery;

    // the handler's until the first step, then the loop's
    private @Nullable SelectionKey key;
    private @Nullable ByteBuffer rest;
    private @Nullable Signal last;
    private long written;

    // any thread
    private volatile State state = State.OPEN;
    private volatile boolean cut;
    private volatile boolean more;
    private volatile long taken;

    /** On the thread that handles the request. */
    ChannelWire(HttpWire response, SocketChannel channel, WriterLoop loop) {
        this.response = response;
        this.channel = channel;
        this.loop = loop;
    }

    SocketChannel channel() {
        return channel;
    }

    /**
     * The handler's: opens the stream, and waits while the loop does the rest. Blocks until it has ended.
     *
     * @param patience how long a client may take nothing of what is left once everything is said
     * @return whether the connection can serve another request
     */
    boolean carry(Delivery carried, Supplier<Subscription> request, Duration patience) throws IOException {
        delivery = carried;
        carried.start(request, loop);
        await(patience.toNanos());
        Signal said = last;
        if (said != null && !cut) {
            response.close(said);
        }
        return !cut && !more && !response.cut();
    }

    private void await(long patienceNanos) {
        long moved = System.nanoTime();
        long seen = -1;
        while (state != State.DONE) {
            long now = System.nanoTime();
            if (Thread.interrupted()) {
                gone();
            } else if (state == State.OPEN) {
                LockSupport.park(this);
            } else if (taken != seen) {
                seen = taken;
                moved = now;
            } else if (now - moved < patienceNanos) {
                LockSupport.parkNanos(this, patienceNanos - (now - moved));
            } else {
                abort();
            }
        }
    }

    @Override
    public void refuse(Refusal why) throws IOException {
        response.refuse(why);
        done();
    }

    @Override
    public void open(Signal.Open at, Codec codec) throws IOException {
        response.open(at, codec);
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
            response.write(frame);
            return;
        }
        ByteBuffer out = loop.buffer();
        for (int copied = 0; copied < frame.length(); ) {
            if (out.position() == 0) {
                out.limit(out.capacity() - TAIL).position(HEAD);
            }
            copied += frame.copyTo(copied, out);
            if (!out.hasRemaining()) {
                send(out);
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (key == null) {
            response.flush();
        } else if (loop.buffer().position() > 0) {
            send(loop.buffer());
        }
    }

    /** The channel goes back to the handler once it has room again, so that what the handler still writes can't block. */
    @Override
    public void close(Signal last) {
        this.last = last;
        state = State.CLOSING;
        LockSupport.unpark(handler);
        if (key != null) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    /** Any thread. */
    @Override
    public void abort() {
        cut = true;
        try {
            channel.close();
        } catch (IOException closed) {
            // nothing more can be done with it
        }
        loop.closed(this);
        done();
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

    /** The loop's: true once the handler has its channel. */
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

    private void takeOver() {
        try {
            key = loop.register(this);
            response.release();
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
        if (rest == null) {
            channel.write(out);
        }
        if (out.hasRemaining()) {
            keep(out);
        }
        out.clear();
    }

    private void keep(ByteBuffer out) {
        ByteBuffer before = rest == null ? NOTHING : rest;
        rest = ByteBuffer.allocate(before.remaining() + out.remaining())
                .put(before)
                .put(out)
                .flip();
        if (key != null) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    private void drain(SelectionKey writable) {
        ByteBuffer kept = rest;
        if (kept != null) {
            try {
                written += channel.write(kept);
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
            writable.cancel();
            loop.release(this);
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

    private void gone() {
        if (state == State.OPEN) {
            delivery.cancel();
        } else {
            abort();
        }
    }

    private void done() {
        state = State.DONE;
        LockSupport.unpark(handler);
    }
}
