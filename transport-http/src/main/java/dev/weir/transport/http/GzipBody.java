package dev.weir.transport.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** A body on its way through gzip, each flush a whole part; its memory lies outside the heap and is given back by hand. */
final class GzipBody extends GZIPOutputStream {

    private static final int BUFFER = 512;
    private static final byte[] EMPTY_BLOCK = {0, 0, 0, (byte) 0xff, (byte) 0xff};

    GzipBody(OutputStream body) throws IOException {
        super(body, BUFFER, true);
    }

    /** Sends a part that holds nothing (RFC 1951, section 3.2.4), so that a client that has left is noticed. Only behind a flush. */
    void nothing() throws IOException {
        out.write(EMPTY_BLOCK);
        out.flush();
    }

    /** Nothing may be written after it. Idempotent. */
    void release() {
        def.end();
    }
}
