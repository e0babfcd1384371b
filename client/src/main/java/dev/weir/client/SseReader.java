package dev.weir.client;

import dev.weir.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signals from an event stream, interpreted as WHATWG HTML, section 9.2.6 has it. The data of every block are a JSON object; a block
 * with an id alone tells the position.
 */
final class SseReader implements SignalReader {

    private final LineReader lines;
    private boolean begun;
    private boolean told;
    private Duration retryAfter = SignalReader.super.retryAfter();

    // the present block
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean hasData;
    private @Nullable String id;

    SseReader(InputStream in) {
        lines = new LineReader(in, true);
    }

    @Override
    public @Nullable Signal next() throws IOException {
        for (byte[] line = lines.line(); line != null; line = lines.line()) {
            if (!begun) {
                begun = true;
                line = withoutMark(line);
            }
            if (line.length > 0) {
                field(line);
            } else {
                Signal signal = dispatch();
                if (signal != null) {
                    return signal;
                }
            }
        }
        return null;
    }

    private static byte[] withoutMark(byte[] line) {
        boolean mark = line.length >= 3 && line[0] == (byte) 0xef && line[1] == (byte) 0xbb && line[2] == (byte) 0xbf;
        return mark ? Arrays.copyOfRange(line, 3, line.length) : line;
    }

    private void field(byte[] line) {
        int colon = 0;
        while (colon < line.length && line[colon] != ':') {
            colon++;
        }
        String name = new String(line, 0, colon, StandardCharsets.UTF_8);
        int value = colon + 1 < line.length && line[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, line.length);
        if (name.equals("data")) {
            if (hasData) {
                data.write('\n');
            }
            hasData = true;
            data.write(line, value, line.length - value);
        } else if (name.equals("id")) {
            String text = new String(line, value, line.length - value, StandardCharsets.UTF_8);
            id = text.indexOf('\0') < 0 ? text : id;
        } else if (name.equals("retry")) {
            String text = new String(line, value, line.length - value, StandardCharsets.US_ASCII);
            retryAfter = text.matches("[0-9]{1,9}") ? Duration.ofMillis(Long.parseLong(text)) : retryAfter;
        }
    }

    private @Nullable Signal dispatch() throws IOException {
        String at = id;
        Signal signal = null;
        if (hasData) {
            signal = SignalParser.parse(data.toByteArray());
        } else if (at != null) {
            signal = told ? new Signal.Heartbeat(at, 0) : new Signal.Open(at, List.of());
        }
        told |= signal != null;
        data.reset();
        hasData = false;
        id = null;
        return signal;
    }

    @Override
    public Duration retryAfter() {
        return retryAfter;
    }

    @Override
    public void close() {
        lines.close();
    }
}
