package dev.weir.docs;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Deliveries;
import dev.weir.Delivery;
import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.Wire;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

// snippet:transport
/**
 * Events over plain TCP: {@code echo 'clock?from=last:3' | nc localhost 7000}. Complete only if the last line is the
 * end.
 */
public final class TcpTransport implements Transport {

    private final Duration maxWriteStall;

    public TcpTransport() {
        this(Duration.ofSeconds(30));
    }

    public TcpTransport(Duration maxWriteStall) {
        this.maxWriteStall = maxWriteStall;
    }

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public Endpoint open(EventSource source, InetSocketAddress address) throws IOException {
        ServerSocket server = new ServerSocket(address.getPort(), 1024, address.getAddress());
        TcpEndpoint endpoint = new TcpEndpoint(server, source, new Deliveries("tcp", maxWriteStall));
        Thread.ofVirtual().name("tcp-accept").start(endpoint::accept);
        return endpoint;
    }
    // end:transport

    // snippet:endpoint
    private record TcpEndpoint(ServerSocket server, EventSource source, Deliveries deliveries) implements Endpoint {

        void accept() {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().name("tcp-stream").start(() -> serve(socket));
                } catch (IOException closingOrFull) {
                    LockSupport.parkNanos(10_000_000); // no busy loop when descriptors run out
                }
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                Wire wire = new TcpWire(socket, new BufferedOutputStream(socket.getOutputStream(), 16 * 1024));
                Delivery delivery = new Delivery(source, asked -> LineCodec.INSTANCE, wire);
                deliveries.add(delivery);
                try {
                    socket.setSoTimeout(10_000);
                    String line = line(socket);
                    delivery.run(() -> subscription(line, socket));
                } finally {
                    deliveries.remove(delivery);
                }
            } catch (IOException gone) {
                // the peer has left: the delivery has closed the cursor, if there was one
            }
        }

        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            server.close();
            deliveries.close();
        }
    }
    // end:endpoint

    // snippet:request
    private static final int LONGEST_REQUEST = 8 * 1024;

    private static String line(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n' && line.size() <= LONGEST_REQUEST; octet = in.read()) {
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    private static Subscription subscription(String line, Socket socket) {
        if (line.length() > LONGEST_REQUEST) {
            throw new Refusal(Code.BAD_REQUEST, "the request is longer than " + LONGEST_REQUEST + " bytes");
        }
        String[] words = line.split(" ", 2);
        Caller caller = new Caller(
                socket.getRemoteSocketAddress(),
                header -> header.equals("last-event-id") && words.length == 2 ? words[1] : null,
                Optional.empty());
        return Subscription.parse(words[0], Bytes.EMPTY, caller);
    }
    // end:request

    // snippet:wire
    private record TcpWire(Socket socket, OutputStream out) implements Wire {

        @Override
        public void refuse(Refusal why) throws IOException {
            LineCodec.refusal(why).writeTo(out);
            out.flush();
        }

        @Override
        public void open(Signal.Open at, Codec codec) {}

        @Override
        public void write(Bytes frame) throws IOException {
            frame.writeTo(out);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close(Signal last) {} // run returns, and serve closes the socket

        @Override
        public void abort() {
            try {
                socket.setSoLinger(true, 0);
                socket.close(); // frees a blocked write as well
            } catch (IOException closed) {
                // it is cut already
            }
        }
    }
    // end:wire
}
