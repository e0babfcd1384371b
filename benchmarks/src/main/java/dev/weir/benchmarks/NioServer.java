package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.hub.Feed;
import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;

/**
 * The limit of plain Java: one selector thread writes to all connections from one ring of encoded events, all of the same length, in
 * which a connection is a position. No queue, no copy, no allocation per event and connection.
 */
final class NioServer implements Baseline.Served {

    private static final int LEAST_SIZE = 64;
    private static final int KEPT = 16_384;
    private static final int KEPT_BYTES = 64 << 20;
    private static final int MARGIN = 1_024;
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private final int mostInWrite;
    private final int length;
    private final int capacity;
    private final ByteBuffer ring;
    private final ByteBuffer toWrite;
    private final ByteBuffer toRead = ByteBuffer.allocateDirect(8192);
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final Thread thread;
    private final Feed feed;
    private volatile long head;
    private volatile boolean closed;

    NioServer(int port, Pace pace, int mostInWrite) throws IOException {
        if (pace.size() < LEAST_SIZE) {
            throw new IllegalArgumentException("--size " + pace.size() + ": allowed is " + LEAST_SIZE
                    + " or more, so that all events are of one length");
        }
        this.mostInWrite = mostInWrite;
        length = encoded(Generator.data(Long.MAX_VALUE, 0, pace.size()), 0).length;
        capacity = MARGIN + Math.max(pace.burst(), Math.min(KEPT, KEPT_BYTES / length));
        ring = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, length));
        toWrite = ring.duplicate();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        feed = new Feed("nio", pace, this::publish);
        thread = Thread.ofPlatform().name("nio").start(this::run);
    }

    @Override
    public int port() {
        return listener.socket().getLocalPort();
    }

    private void publish(List<Event> events) {
        long seq = head;
        for (Event event : events) {
            ring.put((int) (seq % capacity) * length, encoded(Objects.requireNonNull(event.data()), seq));
            head = ++seq;
        }
        selector.wakeup();
    }

    /** One event in one chunk. */
    private static byte[] encoded(Bytes data, long seq) {
        String block = "id: " + Baseline.id(seq) + "\ndata: " + data.toText() + "\n\n";
        return (Integer.toHexString(block.length()) + "\r\n" + block + "\r\n").getBytes(US_ASCII);
    }

    private void run() {
        try {
            long sent = head;
            while (!closed) {
                selector.select(this::ready);
                if (head > sent) {
                    sent = head;
                    for (SelectionKey key : selector.keys()) {
                        if (key.attachment() instanceof Stream stream) {
                            stream.more();
                        }
                    }
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void ready(SelectionKey key) {
        if (key.attachment() instanceof Stream stream) {
            stream.ready();
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
                key.attach(new Stream(channel, key));
            }
        } catch (IOException full) {
            System.err.println("cannot accept: " + full.getMessage());
        }
    }

    /** A connection: how far it is, and how much of its next event has been sent. */
    private final class Stream {

        private final SocketChannel channel;
        private final SelectionKey key;
        private String request = "";
        private boolean answered;
        private boolean full;
        private long next;
        private long last = Long.MAX_VALUE;
        private int sent;

        Stream(SocketChannel channel, SelectionKey key) {
            this.channel = channel;
            this.key = key;
        }

        void ready() {
            try {
                if (key.isReadable()) {
                    read();
                }
                if (key.isValid() && key.isWritable()) {
                    full = false;
                    key.interestOps(SelectionKey.OP_READ);
                    send();
                }
            } catch (IOException gone) {
                leave();
            }
        }

        void more() {
            if (answered && !full && channel.isOpen()) {
                try {
                    send();
                } catch (IOException gone) {
                    leave();
                }
            }
        }

        private void read() throws IOException {
            if (channel.read(toRead.clear()) < 0) {
                leave();
            } else if (!answered) {
                request += US_ASCII.decode(toRead.flip());
                if (request.endsWith("\r\n\r\n")) {
                    answer();
                }
            }
        }

        private void answer() throws IOException {
            long limit = Baseline.limit(request);
            next = limit == 0 ? head : Math.max(0, head - capacity + MARGIN);
            last = limit == 0 ? Long.MAX_VALUE : next + limit;
            request = "";
            channel.write(ByteBuffer.wrap(Baseline.HEAD));
            answered = true;
            send();
        }

        private void send() throws IOException {
            long end = Math.min(head, last);
            while (next < end) {
                if (head - next > capacity - MARGIN) {
                    throw new IOException("overtaken");
                }
                int from = (int) (next % capacity);
                int events = (int) Math.min(Math.min(end - next, mostInWrite), capacity - from);
                toWrite.limit((from + events) * length).position(from * length + sent);
                sent += channel.write(toWrite);
                next += sent / length;
                sent %= length;
                if (toWrite.hasRemaining()) {
                    full = true;
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    return;
                }
            }
            if (next == last) {
                channel.write(ByteBuffer.wrap(LAST_CHUNK));
                leave();
            }
        }

        private void leave() {
            try {
                channel.close();
            } catch (IOException gone) {
                // it is closed all the same
            }
        }
    }

    @Override
    public void close() {
        feed.close();
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
