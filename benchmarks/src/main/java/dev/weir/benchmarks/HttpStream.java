package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One subscriber's connection after another. Only the thread of its loop calls. */
final class HttpStream {

    private static final int SMALL_WINDOW = 4096;
    private static final int LONGEST_HEAD = 32 << 10;
    private static final byte[] NOTHING = {};
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ((\\d{3})[^\r\n]*)");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding: *chunked");
    private static final Pattern RETRY_AFTER = Pattern.compile("(?im)^retry-after: *(\\d+)");
    private static final Pattern POSITION = Pattern.compile("(?im)^stream-position: *(\\S+)");
    private static final Pattern DETAIL = Pattern.compile("\"detail\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final HttpLoop loop;
    private final Subscriber subscriber;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable Chunks chunks;
    private byte[] carry = NOTHING;
    private boolean opening;
    private boolean inBody;
    private long budget;
    private long backAt;
    private boolean away;
    private long leaveAt = Long.MAX_VALUE;

    HttpStream(HttpLoop loop, Subscriber subscriber) {
        this.loop = loop;
        this.subscriber = subscriber;
    }

    void connect() {
        opening = true;
        away = false;
        inBody = false;
        chunks = null;
        carry = NOTHING;
        subscriber.asks();
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (subscriber.appetite() != Subscriber.Appetite.FULL) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_WINDOW);
            }
            boolean connected = channel.connect(loop.server);
            key = channel.register(loop.selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                ask(channel);
            }
        } catch (IOException failed) {
            lost(failed.getMessage());
        }
    }

    private void ask(SocketChannel to) throws IOException {
        String path = loop.plan.pathOfTopic();
        StringBuilder request = new StringBuilder("GET ").append(path);
        if (subscriber.left() > 0) {
            request.append(path.indexOf('?') < 0 ? '?' : '&')
                    .append("from=earliest&limit=")
                    .append(subscriber.left());
        }
        request.append(" HTTP/1.1\r\nHost: ").append(loop.plan.server().getAuthority());
        request.append("\r\nAccept: ").append(loop.frames.mediaType());
        String id = subscriber.id();
        if (!id.isEmpty()) {
            request.append("\r\nLast-Event-ID: ").append(id);
        }
        ByteBuffer bytes = ByteBuffer.wrap(request.append("\r\n\r\n").toString().getBytes(US_ASCII));
        to.write(bytes);
        if (bytes.hasRemaining()) {
            throw new IOException("a new connection takes no request");
        }
    }

    /** The selector has found something to do. */
    void ready() {
        SocketChannel open = channel;
        SelectionKey found = key;
        if (open == null || found == null || !found.isValid()) {
            return;
        }
        try {
            if (found.isConnectable()) {
                open.finishConnect();
                found.interestOps(SelectionKey.OP_READ);
                ask(open);
            } else {
                read(open, Integer.MAX_VALUE);
            }
        } catch (IOException failed) {
            lost(String.valueOf(failed.getMessage()));
        }
    }

    private int read(SocketChannel open, int most) throws IOException {
        int carried = carry.length;
        byte[] b = loop.room(carried);
        System.arraycopy(carry, 0, b, 0, carried);
        int length = open.read(loop.view(carried, (int) Math.min(b.length, (long) carried + most)));
        if (length < 0) {
            lost(inBody ? "the server closed a connection" : "the server closed a connection without an answer");
            return 0;
        }
        loop.tally.wireBytes.add(length);
        int to = carried + length;
        if (inBody) {
            body(b, 0, carried, to);
        } else {
            head(b, to);
        }
        return length;
    }

    /** The frames of the body that begin at {@code from}; the chunked coding is off what was carried. */
    private void body(byte[] b, int from, int raw, int to) throws IOException {
        Chunks coding = chunks;
        int end = coding == null ? to : coding.decode(b, raw, to);
        int rest = loop.frames.read(b, from, end, subscriber);
        carry = rest == end ? NOTHING : Arrays.copyOfRange(b, rest, end);
        if (subscriber.ended()) {
            leave();
        } else if (coding != null && coding.ended()) {
            lost("the server ended a stream");
        }
    }

    private void head(byte[] b, int to) throws IOException {
        int end = endOfHead(b, to);
        if (end < 0) {
            carry = Arrays.copyOf(b, to);
            if (to > LONGEST_HEAD) {
                throw new IOException("the head of the answer has no end");
            }
            return;
        }
        String head = new String(b, 0, end, ISO_8859_1);
        Matcher status = STATUS.matcher(head);
        if (!status.lookingAt()) {
            throw new IOException("the answer is not HTTP/1.1");
        }
        if (!status.group(2).equals("200")) {
            refused(status, head, new String(b, end, to - end, ISO_8859_1));
            return;
        }
        inBody = true;
        settle();
        chunks = CHUNKED.matcher(head).find() ? new Chunks() : null;
        accept(head);
        body(b, end, end, to);
    }

    private void accept(String head) {
        Matcher position = POSITION.matcher(head);
        if (position.find() && subscriber.id().isEmpty()) {
            subscriber.at(position.group(1));
        }
        subscriber.accepted();
        SelectionKey open = key;
        if (subscriber.appetite() != Subscriber.Appetite.FULL && open != null) {
            open.interestOps(0);
        }
        if (!loop.plan.resume().isZero()) {
            leaveAt = System.nanoTime()
                    + (long) (loop.plan.resume().toNanos()
                            * ThreadLocalRandom.current().nextDouble(0.5, 1.5));
        }
    }

    private static int endOfHead(byte[] b, int to) {
        for (int i = 3; i < to; i++) {
            if (b[i] == '\n' && b[i - 1] == '\r' && b[i - 2] == '\n' && b[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private void refused(Matcher status, String head, String body) {
        Matcher detail = DETAIL.matcher(body);
        String why = status.group(1) + (detail.find() ? ": " + detail.group(1) : "");
        String code = status.group(2);
        Matcher after = RETRY_AFTER.matcher(head);
        long seconds = after.find() ? Long.parseLong(after.group(1)) : 0;
        leave();
        boolean again = code.equals("429") || code.startsWith("5");
        subscriber.refused(why, again, TimeUnit.SECONDS.toMillis(seconds));
        if (again) {
            later(subscriber.retryMillis());
        }
    }

    private void lost(@Nullable String how) {
        leave();
        if (!subscriber.ended()) {
            later(subscriber.cut(how == null ? "a connection failed" : how));
        }
    }

    private void later(long millis) {
        away = true;
        backAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Ends the connection. */
    void leave() {
        settle();
        leaveAt = Long.MAX_VALUE;
        SocketChannel open = channel;
        channel = null;
        key = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException gone) {
                // it is closed all the same
            }
        }
    }

    /** Ends the connection in a storm. */
    void leaveWithAll() {
        subscriber.mustReturn();
        leave();
    }

    private void settle() {
        if (opening) {
            opening = false;
            loop.opened();
        }
    }

    /** Connects again after it has left, unless it has all it asked for. */
    void comeBack() {
        if (!subscriber.ended()) {
            connect();
        }
    }

    /** What is due by time: coming back, leaving for a moment, and slow reading. */
    void tick(long now, long passed) {
        SocketChannel open = channel;
        if (away && now - backAt >= 0) {
            comeBack();
        } else if (open != null && now > leaveAt) {
            leave();
            comeBack();
        } else if (open != null && inBody && subscriber.appetite() == Subscriber.Appetite.SLOW) {
            slowly(open, passed);
        }
    }

    private void slowly(SocketChannel open, long passed) {
        long second = loop.plan.slowRate() * 1_000_000L;
        budget = Math.min(second, budget + loop.plan.slowRate() * passed / 1000);
        int most = (int) Math.min(SMALL_WINDOW, budget / 1_000_000);
        if (most > 0) {
            try {
                budget -= read(open, most) * 1_000_000L;
            } catch (IOException failed) {
                lost(failed.getMessage());
            }
        }
    }

    /** Ends for good. Of a stalled reader it is seen only now whether the server has cut it. */
    void close() {
        SocketChannel open = channel;
        if (open != null && inBody && subscriber.appetite() == Subscriber.Appetite.STALLED && wasCut(open)) {
            loop.tally.stalledCuts.increment();
        }
        leave();
    }

    private boolean wasCut(SocketChannel open) {
        try {
            int length;
            do {
                length = open.read(loop.view(0, loop.room(0).length));
            } while (length > 0);
            return length < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
