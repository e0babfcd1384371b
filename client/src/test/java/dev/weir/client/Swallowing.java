package dev.weir.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A way to a server that may swallow what its present connections carry, as a peer does that has vanished. */
final class Swallowing implements AutoCloseable {

    final AtomicInteger connections = new AtomicInteger();

    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int swallowedUpTo;

    Swallowing(InetSocketAddress server) throws IOException {
        this.server = server;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** From now on nothing passes on the connections that are open, and none of them is closed. */
    void swallow() {
        swallowedUpTo = connections.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket onward = new Socket(server.getAddress(), server.getPort());
                sockets.add(client);
                sockets.add(onward);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> carry(client, onward, number));
                Thread.ofVirtual().start(() -> carry(onward, client, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void carry(Socket from, Socket to, int number) {
        byte[] chunk = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                if (number > swallowedUpTo) {
                    out.write(chunk, 0, count);
                }
            }
            if (number > swallowedUpTo) {
                to.close();
            }
        } catch (IOException gone) {
            // its other half ends as well
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
