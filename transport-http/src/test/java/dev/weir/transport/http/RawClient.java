package dev.weir.transport.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that shows the bytes: requests as text blocks, answers as head and chunks. */
final class RawClient implements AutoCloseable {

    private static final int DEADLINE_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** @param receiveBuffer bytes that the kernel takes for a client that does not read; 0: as it comes */
    RawClient(InetSocketAddress address, int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.connect(address, DEADLINE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    record Head(int status, Map<String, String> headers) {}

    /** Line feeds are sent as CR LF. */
    RawClient send(String request) throws IOException {
        socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    RawClient get(String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\nHost: here\n\n");
    }

    Head head() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, another) -> one + ", " + another);
        }
        return new Head(status, headers);
    }

    String body(Head head) throws IOException {
        byte[] body = in.readNBytes(Integer.parseInt(head.headers().get("content-length")));
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The next chunk; empty: the terminating one. */
    String chunk() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** The next chunk as it is. */
    byte[] bytes() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] chunk = in.readNBytes(length);
        if (chunk.length < length || !line().isEmpty()) {
            throw new EOFException("within a chunk");
        }
        return chunk;
    }

    /** All that comes until the server closes the connection. */
    String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (SocketException reset) {
            rest.writeBytes("<reset>".getBytes(StandardCharsets.US_ASCII));
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** Leaves without a word: whatever is sent now is refused. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** There is nothing more to send. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("the connection was closed after <" + line + ">");
            }
            line.append((char) octet);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
