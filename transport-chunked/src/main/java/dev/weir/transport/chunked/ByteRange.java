package dev.weir.transport.chunked;

import dev.weir.Code;
import dev.weir.Refusal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file (RFC 9110, section 14).
 *
 * @param from its first byte
 * @param length how many bytes
 */
record ByteRange(long from, long length) {

    private static final Pattern ONE =
            Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*", Pattern.CASE_INSENSITIVE);

    static ByteRange whole(long size) {
        return new ByteRange(0, size);
    }

    /**
     * What the header asks for; empty where it is none of one range, which gets the whole, as the RFC allows.
     *
     * @throws Refusal range: there is nothing of it in the file
     */
    static Optional<ByteRange> of(String header, long size) {
        Matcher asked = ONE.matcher(header);
        if (!asked.matches() || (asked.group(1).isEmpty() && asked.group(2).isEmpty())) {
            return Optional.empty();
        }
        boolean suffix = asked.group(1).isEmpty();
        long last = asked.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(asked.group(2));
        long from = suffix ? Math.max(0, size - last) : Long.parseLong(asked.group(1));
        if (!suffix && last < from) {
            return Optional.empty();
        }
        if (from >= size || (suffix && last == 0)) {
            throw new Refusal(Code.RANGE, "Range: " + header + " is not within the " + size + " bytes of this file");
        }
        long end = suffix ? size : last >= size ? size : last + 1;
        return Optional.of(new ByteRange(from, end - from));
    }
}
