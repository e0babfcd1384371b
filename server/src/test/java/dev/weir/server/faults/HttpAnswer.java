package dev.weir.server.faults;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A GET over a plain socket (RFC 9112), which is the caller's to misuse. The body of a chunked answer ends with -1 only after its
 * last chunk; anything else that ends it is an {@link EOFException}.
 */
final class HttpAnswer implements AutoCloseable {

    final Socket socket;
    final int status;
    final Map<String, String> headers = new HashMap<>();
    final InputStream body;

    private HttpAnswer(Socket socket) throws IOException {
        this.socket = socket;
        InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
        status = Integer.parseInt(line(in).split(" ", 3)[1]);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        body = "chunked".equals(headers.get("transfer-encoding")) ? new Chunked(in) : in;
    }

    /** A socket that is connected; a small receive buffer has to be asked for before that. */
    static Socket connect(String base, int receiveBuffer) throws IOException {
        URI uri = URI.create(base);
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 5_000);
        return socket;
    }

    static void ask(Socket socket, String path, String accept, @Nullable String lastEventId) throws IOException {
        String head = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: " + accept + "\r\n"
                + (lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** Blocks until the head of the answer has come. */
    static HttpAnswer to(Socket socket) throws IOException {
        return new HttpAnswer(socket);
    }

    /** A whole answer, of which the body is ignored. */
    static HttpAnswer get(String base, String path, String accept) throws IOException {
        try (Socket socket = connect(base, 0)) {
            socket.setSoTimeout(10_000);
            ask(socket, path, accept, null);
            return to(socket);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("cut within the head or between chunks");
            }
            if (octet != '\r') {
                line.write(octet);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static final class Chunked extends InputStream {

        private final InputStream in;
        private int left;
        private boolean begun;
        private boolean ended;

        Chunked(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int at, int length) throws IOException {
            if (left == 0 && !next()) {
                return -1;
            }
            int read = in.read(into, at, Math.min(length, left));
            if (read < 0) {
                throw new EOFException("cut within a chunk");
            }
            left -= read;
            return read;
        }

        private boolean next() throws IOException {
            if (ended) {
                return false;
            }
            if (begun) {
                line(in);
            }
            begun = true;
            left = Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
            ended = left == 0;
            if (ended) {
                line(in);
            }
            return !ended;
        }
    }
}
