package dev.weir.client;

import dev.weir.Signal;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Signals from lines of JSON. */
final class NdjsonReader implements SignalReader {

    private final LineReader lines;

    NdjsonReader(InputStream in) {
        lines = new LineReader(in, false);
    }

    @Override
    public @Nullable Signal next() throws IOException {
        for (byte[] line = lines.line(); line != null; line = lines.line()) {
            Signal signal = line.length == 0 ? null : SignalParser.parse(line);
            if (signal != null) {
                return signal;
            }
        }
        return null;
    }

    @Override
    public void close() {
        lines.close();
    }
}
