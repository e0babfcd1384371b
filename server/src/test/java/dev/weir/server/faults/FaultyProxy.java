package dev.weir.server.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy that can be told to misbehave. Passes everything on unchanged until then, half-closes and resets included.
 * What is told holds for open connections and for those to come; {@link #cutAfter}, {@link #split} and {@link #rate} concern
 * what flows from the server to the client. Every method may be called from any thread.
 */
final class FaultyProxy implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong passed = new AtomicLong();
    private final Valve reading = new Valve();
    private volatile String target;
    private volatile boolean swallowing;
    private volatile Duration delay = Duration.ZERO;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile int split = Integer.MAX_VALUE;

    private record Link(Socket client, Socket server) {}

    private FaultyProxy(ServerSocket listener, String target) {
        this.listener = listener;
        this.target = target;
    }

    /** A proxy on a free port of the loopback address that connects to {@code host:port}. */
    static FaultyProxy to(String target) {
        try {
            FaultyProxy proxy = new FaultyProxy(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), target);
            Thread.ofVirtual().name("faulty-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    /** Where clients find it, as {@code host:port}. */
    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Connections from now on lead to another {@code host:port}. */
    void leadTo(String other) {
        target = other;
    }

    /** Neither side is read any more: both see a peer whose network is gone, or who takes nothing. */
    void pause() {
        reading.shut();
    }

    void resume() {
        reading.open();
    }

    /** Takes everything from both sides and passes nothing on. What was swallowed is gone: reset the connections afterwards. */
    void swallow(boolean on) {
        swallowing = on;
    }

    /** Waits so long before each portion, in each direction. */
    void delay(Duration each) {
        delay = each;
    }

    void rate(long bytes) {
        bytesPerSecond = bytes;
    }

    /** Closes a connection to its client after so many bytes. */
    void cutAfter(long bytes) {
        cutAfter = bytes;
    }

    /** Passes on pieces of at most so many bytes. */
    void split(int bytes) {
        split = bytes;
    }

    /** To the server every client seems to have closed its socket. */
    void fin() {
        links.forEach(link -> close(link.server));
        links.forEach(link -> close(link.client));
    }

    /** To the server every client seems to have shut down its sending side; it may go on reading. */
    void halfClose() {
        links.forEach(link -> {
            try {
                link.server.shutdownOutput();
            } catch (IOException gone) {
                close(link.server);
            }
        });
    }

    /** Both sides see a reset. */
    void reset() {
        links.forEach(FaultyProxy::reset);
    }

    int connections() {
        return links.size();
    }

    /** Bytes that went from the server to clients, so far. */
    long passed() {
        return passed.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().name("faulty-proxy-link").start(() -> connect(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        String[] at = target.split(":", 2);
        Socket server = new Socket();
        Link link = new Link(client, server);
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(new InetSocketAddress(at[0], Integer.parseInt(at[1])), 5_000);
        } catch (IOException refused) {
            reset(link);
            return;
        }
        links.add(link);
        Thread up = Thread.ofVirtual().name("faulty-proxy-up").start(() -> pump(link, client, server, false));
        pump(link, server, client, true);
        try {
            up.join();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        links.remove(link);
        close(client);
        close(server);
    }

    private void pump(Link link, Socket from, Socket to, boolean down) {
        byte[] buffer = new byte[BUFFER];
        long written = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            reading.await();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                reading.await();
                LockSupport.parkNanos(delay.toNanos());
                if (!swallowing) {
                    if (down && written + read >= cutAfter) {
                        out.write(buffer, 0, (int) Math.max(0, cutAfter - written));
                        close(link.client);
                        close(link.server);
                        return;
                    }
                    write(out, buffer, read, down);
                    written += read;
                }
                reading.await();
            }
            to.shutdownOutput();
        } catch (IOException gone) {
            reset(link);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(OutputStream out, byte[] buffer, int length, boolean down) throws IOException {
        int piece = down ? split : Integer.MAX_VALUE;
        for (int at = 0; at < length; at += piece) {
            int size = Math.min(piece, length - at);
            out.write(buffer, at, size);
            if (piece == Integer.MAX_VALUE) {
                break;
            }
            LockSupport.parkNanos(20_000);
        }
        if (down) {
            passed.addAndGet(length);
            if (bytesPerSecond != Long.MAX_VALUE) {
                LockSupport.parkNanos(length * 1_000_000_000L / bytesPerSecond);
            }
        }
    }

    private static void reset(Link link) {
        for (Socket socket : new Socket[] {link.server, link.client}) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException closedAlready) {
                continue;
            }
            close(socket);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // closed all the same
        }
    }

    @Override
    public void close() {
        resume();
        try {
            listener.close();
        } catch (IOException gone) {
            // closed all the same
        }
        reset();
    }
}
