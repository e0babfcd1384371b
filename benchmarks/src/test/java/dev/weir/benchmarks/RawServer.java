package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.hub.Generator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** A server that answers each connection with the very bytes a test wants, and leaves it open. */
final class RawServer implements AutoCloseable {

    /** What one connection is sent; the first has number 0. */
    interface Answer {
        void write(int number, OutputStream out, RawServer server) throws IOException;
    }

    private static final long EVERY_NANOS = 5_000_000;
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private final long began = System.nanoTime();
    private final long beganUnix = Tally.unixNanos();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Answer answer;

    RawServer(Answer answer) throws IOException {
        this.answer = answer;
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    static String block(long seq) {
        return "id: " + seq + "\ndata: " + data(seq) + "\n\n";
    }

    static String data(long seq) {
        return Generator.data(Tally.unixNanos(), seq, 100).toText();
    }

    /** A body in chunks of so many bytes. */
    static void chunked(OutputStream out, String body, int size) throws IOException {
        out.write((HEAD + "Transfer-Encoding: chunked\r\n\r\n").getBytes(US_ASCII));
        for (int from = 0; from < body.length(); from += size) {
            String chunk = body.substring(from, Math.min(body.length(), from + size));
            out.write((Integer.toHexString(chunk.length()) + ";ext=1\r\n" + chunk + "\r\n").getBytes(US_ASCII));
            out.flush();
        }
    }

    /** A body without any coding. */
    static void plain(OutputStream out, String body) throws IOException {
        out.write((HEAD + "\r\n" + body).getBytes(US_ASCII));
        out.flush();
    }

    /** Events without end, one in 5 ms, the same for all connections; those for which {@code sent} says no are left out. */
    void live(OutputStream out, LongPredicate sent) throws IOException {
        plain(out, "");
        long seq = (System.nanoTime() - began) / EVERY_NANOS;
        while (!listener.isClosed()) {
            long due = began + ++seq * EVERY_NANOS;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            if (sent.test(seq)) {
                String data =
                        Generator.data(beganUnix + seq * EVERY_NANOS, seq, 100).toText();
                out.write(("data: " + data + "\n\n").getBytes(US_ASCII));
            }
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (askedFor(socket.getInputStream())) {
                answer.write(connections.getAndIncrement(), socket.getOutputStream(), this);
                closed.await();
            }
        } catch (IOException | InterruptedException gone) {
            // so is this connection
        }
    }

    /** The rig looks first whether anybody is there at all. */
    private static boolean askedFor(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return false;
            }
            head.append((char) octet);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
    }
}
