package dev.weir.transport.http;

import dev.weir.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The bytes of a frame in the making: what formats are made of, and strings of JSON (RFC 8259, section 7). Grows as needed. For one
 * thread; no method blocks.
 */
public final class FrameWriter {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int length;

    /**
     * Nothing yet.
     *
     * @param expected how many bytes it will be, about
     */
    public FrameWriter(int expected) {
        bytes = new byte[expected];
    }

    /**
     * Adds ASCII as it is.
     *
     * @param text ASCII only
     * @return this
     */
    @SuppressWarnings("deprecation") // the one way without a copy in between, and right for ASCII
    public FrameWriter ascii(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
        return this;
    }

    /**
     * Adds one byte.
     *
     * @param value its lowest eight bits
     * @return this
     */
    public FrameWriter octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /**
     * Adds bytes as they are.
     *
     * @param source where from
     * @param from the first
     * @param to after the last
     * @return this
     */
    public FrameWriter octets(Bytes source, int from, int to) {
        reserve(to - from);
        length += source.copyTo(from, ByteBuffer.wrap(bytes, length, to - from));
        return this;
    }

    /**
     * Adds a number.
     *
     * @param value in decimal
     * @return this
     */
    public FrameWriter number(long value) {
        return ascii(Long.toString(value));
    }

    /**
     * Adds bytes in base64 (RFC 4648, section 4), without quotes.
     *
     * @param value any bytes
     * @return this
     */
    public FrameWriter base64(Bytes value) {
        Bytes encoded = Bytes.owned(Base64.getEncoder().encode(value.toArray()));
        return octets(encoded, 0, encoded.length());
    }

    /**
     * Adds a JSON string. An unpaired surrogate becomes its escape.
     *
     * @param text any text
     * @return this
     */
    public FrameWriter text(String text) {
        reserve(text.length() + 2);
        octet('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                escaped((byte) c);
            } else if (c < 0x800) {
                octet(0xc0 | (c >> 6)).octet(0x80 | (c & 0x3f));
            } else if (!Character.isSurrogate(c)) {
                octet(0xe0 | (c >> 12)).octet(0x80 | (c >> 6 & 0x3f)).octet(0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                octet(0xf0 | (point >> 18)).octet(0x80 | (point >> 12 & 0x3f));
                octet(0x80 | (point >> 6 & 0x3f)).octet(0x80 | (point & 0x3f));
            } else {
                escape(c);
            }
        }
        return octet('"');
    }

    /**
     * Adds a JSON string.
     *
     * @param utf8 valid UTF-8
     * @return this
     */
    public FrameWriter text(Bytes utf8) {
        reserve(utf8.length() + 2);
        octet('"');
        for (int i = 0; i < utf8.length(); i++) {
            escaped(utf8.at(i));
        }
        return octet('"');
    }

    /**
     * What was written.
     *
     * @return the bytes; this writer is used no more
     */
    public Bytes toBytes() {
        return Bytes.owned(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }

    private void escaped(byte octet) {
        switch (octet) {
            case '"', '\\' -> octet('\\').octet(octet);
            case '\n' -> octet('\\').octet('n');
            case '\r' -> octet('\\').octet('r');
            case '\t' -> octet('\\').octet('t');
            default -> {
                if (octet >= 0 && octet < ' ') {
                    escape((char) octet);
                } else {
                    octet(octet);
                }
            }
        }
    }

    private void escape(char c) {
        octet('\\').octet('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            octet(HEX[c >> shift & 0xf]);
        }
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
