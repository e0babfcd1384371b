package dev.weir.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A bad road to a server: answers arrive byte by byte, with a pause within every character beyond ASCII, and the connection can
 * break between any two bytes.
 */
final class Hop implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final ServerSocket door;
    private final int server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean breaking = new AtomicBoolean();
    private final StringBuffer sent = new StringBuffer();

    Hop(int port, int server) throws IOException {
        this.server = server;
        door = new ServerSocket();
        door.setReuseAddress(true);
        door.bind(ClientsTest.at(port));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** All answers, each byte as one character. */
    String sent() {
        return sent.toString();
    }

    /** Ends every connection, as if the server had died. */
    void cut() {
        sockets.forEach(Hop::close);
    }

    /** Ends the connection that is the first to have sent the first byte of a character of four, such as an emoji. */
    void cutWithinACharacter() {
        breaking.set(true);
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                Socket onward = new Socket(InetAddress.getLoopbackAddress(), server);
                client.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(onward);
                Thread.ofVirtual().start(() -> carry(client, onward, false));
                Thread.ofVirtual().start(() -> carry(onward, client, true));
                if (door.isClosed()) {
                    cut();
                }
            } catch (IOException closed) {
                continue;
            }
        }
    }

    private void carry(Socket from, Socket to, boolean answers) {
        byte[] bytes = new byte[8 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (!answers) {
                    out.write(bytes, 0, count);
                } else if (!drip(bytes, count, out)) {
                    return;
                }
            }
        } catch (IOException gone) {
            return;
        }
    }

    private boolean drip(byte[] bytes, int count, OutputStream out) throws IOException {
        sent.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
        for (int i = 0; i < count; i++) {
            int octet = bytes[i] & 0xff;
            out.write(octet);
            if (octet >= 0xc0) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            if (octet == 0xf0 && breaking.compareAndSet(true, false)) {
                return false;
            }
        }
        return true;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            return;
        }
    }
}
