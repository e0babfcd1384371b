package dev.weir.transport.sse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event stream read as WHATWG HTML 9.2.6 interprets it, by a reader stricter than any browser: UTF-8, LF alone, no unknown field, no
 * field twice but data, a space after each colon.
 */
final class EventStream {

    /**
     * @param dispatched the data as a browser's event has them, null: a browser dispatches no event
     */
    record Block(
            @Nullable String id,
            @Nullable String event,
            @Nullable String retry,
            @Nullable String dispatched,
            List<String> comments) {}

    private final InputStream in;

    EventStream(InputStream in) {
        this.in = in;
    }

    /** The next block, or null at the end. Blocks. */
    @Nullable
    Block next() throws IOException {
        String id = null;
        String event = null;
        String retry = null;
        StringBuilder data = null;
        List<String> comments = new ArrayList<>();
        int lines = 0;
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                if (lines == 0) {
                    throw new AssertionError("a block without a line");
                }
                return new Block(
                        id, event, retry, data == null ? null : data.substring(0, data.length() - 1), comments);
            }
            lines++;
            int colon = line.indexOf(':');
            String value = colon > 0 ? value(line, colon) : "";
            switch (colon < 0 ? line : line.substring(0, colon)) {
                case "" -> comments.add(line.substring(1));
                case "id" -> id = once(id, value, line);
                case "event" -> event = once(event, value, line);
                case "retry" -> retry = once(retry, value, line);
                case "data" ->
                    data = (data == null ? new StringBuilder() : data)
                            .append(value)
                            .append('\n');
                default -> throw new AssertionError("no field of event streams: " + line);
            }
        }
        if (lines > 0) {
            throw new AssertionError("the last block has no end");
        }
        return null;
    }

    List<Block> all() throws IOException {
        List<Block> all = new ArrayList<>();
        for (Block block = next(); block != null; block = next()) {
            all.add(block);
        }
        return all;
    }

    private static String value(String line, int colon) {
        if (!line.startsWith(": ", colon)) {
            throw new AssertionError("no space after the colon: " + line);
        }
        return line.substring(colon + 2);
    }

    private static String once(@Nullable String before, String value, String line) {
        if (before != null) {
            throw new AssertionError("a field twice: " + line);
        }
        if (line.startsWith("id") && !value.matches("[A-Za-z0-9._~:-]{1,1028}")
                || line.startsWith("retry") && !value.matches("[0-9]+")
                || line.startsWith("event") && !value.matches("[A-Za-z0-9._:-]{1,64}")) {
            throw new AssertionError("no such value: " + line);
        }
        return value;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                if (line.size() > 0) {
                    throw new AssertionError("the last line has no end: " + line);
                }
                return null;
            }
            if (octet == '\r') {
                throw new AssertionError("a carriage return after: " + line);
            }
            line.write(octet);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AssertionError("no UTF-8: " + line, malformed);
        }
    }
}
