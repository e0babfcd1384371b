package dev.weir.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Lines of bytes from a connection, however its chunks are cut. One thread reads. */
final class LineReader {

    private static final int LONGEST = 256 * 1024 * 1024;

    private final InputStream in;
    private final boolean returnsEndLines;
    private final byte[] chunk = new byte[8 * 1024];
    private int next;
    private int end;
    private boolean afterReturn;

    /** @param returnsEndLines whether CR and CRLF end a line like LF */
    LineReader(InputStream in, boolean returnsEndLines) {
        this.in = in;
        this.returnsEndLines = returnsEndLines;
    }

    /** The next line without its end; null if the stream ends first, and with it what is no whole line. Never waits past a line's end. */
    byte @Nullable [] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            if (next == end) {
                end = in.read(chunk);
                next = 0;
                if (end < 0) {
                    end = 0;
                    return null;
                }
            }
            if (afterReturn && next < end) {
                next += chunk[next] == '\n' ? 1 : 0;
                afterReturn = false;
            }
            int from = next;
            while (next < end && !endsLine(chunk[next])) {
                next++;
            }
            line.write(chunk, from, next - from);
            if (line.size() > LONGEST) {
                throw new ProtocolException("a line of more than " + LONGEST + " bytes");
            }
            if (next < end) {
                afterReturn = chunk[next++] == '\r';
                return line.toByteArray();
            }
        }
    }

    private boolean endsLine(byte octet) {
        return octet == '\n' || (octet == '\r' && returnsEndLines);
    }

    void close() {
        try {
            in.close();
        } catch (IOException gone) {
            // there is nothing left to read
        }
    }
}
