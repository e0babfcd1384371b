package dev.weir.transport.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** A body on its way through gzip, each flush a whole part; its memory lies outside the heap and is given back by hand. */
final class GzipBody extends GZIPOutputStream {

    private static final int BUFFER = 512;

    GzipBody(OutputStream body) throws IOException {
        super(body, BUFFER, true);
    }

    /** Nothing may be written after it. Idempotent. */
    void release() {
        def.end();
    }
}
