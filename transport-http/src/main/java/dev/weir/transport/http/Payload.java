package dev.weir.transport.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.weir.Bytes;
import java.io.IOException;

/**
 * The bytes of an event's data, key or header as text formats see them: JSON, other text, or neither. Immutable; no method blocks.
 */
public final class Payload {

    private static final int DEEPEST = 1000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build();

    private final Bytes bytes;

    private Payload(Bytes bytes) {
        this.bytes = bytes;
    }

    /**
     * Looks at some data, without a copy.
     *
     * @param data any bytes
     * @return the same
     */
    public static Payload of(Bytes data) {
        return new Payload(data);
    }

    /**
     * The bytes themselves.
     *
     * @return what was given
     */
    public Bytes bytes() {
        return bytes;
    }

    /**
     * Whether this is UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
     *
     * @return true if it is text
     */
    public boolean isText() {
        int length = bytes.length();
        for (int i = bytes.asciiUntil(0); i < length; i = bytes.asciiUntil(i)) {
            int first = bytes.at(i++) & 0xff;
            int following = following(first, i < length ? bytes.at(i) & 0xff : 0);
            if (following == 0 || length - i < following) {
                return false;
            }
            for (int end = i + following; i < end; i++) {
                if ((bytes.at(i) & 0xc0) != 0x80) {
                    return false;
                }
            }
        }
        return true;
    }

    /** How many bytes must follow the first of a character; 0 if these two cannot begin one. */
    private static int following(int first, int second) {
        return switch (first) {
            case 0xe0 -> second >= 0xa0 ? 2 : 0;
            case 0xed -> second <= 0x9f ? 2 : 0;
            case 0xf0 -> second >= 0x90 ? 3 : 0;
            case 0xf4 -> second <= 0x8f ? 3 : 0;
            default -> first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf4 ? 3 : 0;
        };
    }

    /**
     * Whether this text is exactly one JSON value (RFC 8259), nested no deeper than 1000. What could be one is copied to be parsed.
     *
     * @return true if it can stand in JSON as it is
     */
    public boolean isJson() {
        if (!looksLikeJson()) {
            return false;
        }
        try (JsonParser parser = JSON.createParser(bytes.toArray())) {
            int depth = 0;
            boolean complete = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (complete) {
                    return false;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                complete = depth == 0;
            }
            return complete;
        } catch (IOException malformed) {
            return false;
        }
    }

    /** The parser would read a byte order mark, and a NUL as a sign of UTF-16. */
    private boolean looksLikeJson() {
        int length = bytes.length();
        int i = 0;
        while (i < length && " \t\n\r".indexOf(bytes.at(i)) >= 0) {
            i++;
        }
        if (i == length || "{[\"-0123456789tfn".indexOf(bytes.at(i)) < 0) {
            return false;
        }
        for (i++; i < length; i++) {
            if (bytes.at(i) == 0) {
                return false;
            }
        }
        return true;
    }
}
