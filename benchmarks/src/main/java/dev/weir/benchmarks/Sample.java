package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.zip.CRC32C;

/** The data of one measured event, {@code {"ts":..,"seq":..,"pad":".."}}, read in place. One thread. */
final class Sample {

    private static final byte[] TS = "{\"ts\":".getBytes(US_ASCII);
    private static final byte[] SEQ = ",\"seq\":".getBytes(US_ASCII);
    private static final byte[] PAD = ",\"pad\":\"".getBytes(US_ASCII);
    private static final int DIGITS = 8;

    private final CRC32C crc = new CRC32C();
    private int at;
    private long ts;
    private long seq;

    /** Reads one event; false if it is not whole, or its checksum is another. */
    boolean read(byte[] b, int from, int to) {
        at = from;
        if (!skip(TS, b, to)) {
            return false;
        }
        ts = number(b, to);
        if (!skip(SEQ, b, to)) {
            return false;
        }
        seq = number(b, to);
        if (!skip(PAD, b, to) || to - at < DIGITS) {
            return false;
        }
        int told = hex(b, at);
        crc.reset();
        crc.update(b, from, at - from);
        crc.update(b, at + DIGITS, to - at - DIGITS);
        return told == (int) crc.getValue();
    }

    /** When it was to be sent, in nanoseconds of Unix time. */
    long ts() {
        return ts;
    }

    long seq() {
        return seq;
    }

    private boolean skip(byte[] text, byte[] b, int to) {
        if (to - at < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (b[at + i] != text[i]) {
                return false;
            }
        }
        at += text.length;
        return true;
    }

    private long number(byte[] b, int to) {
        long number = 0;
        while (at < to && b[at] >= '0' && b[at] <= '9') {
            number = number * 10 + b[at++] - '0';
        }
        return number;
    }

    private static int hex(byte[] b, int from) {
        int value = 0;
        for (int i = from; i < from + DIGITS; i++) {
            value = (value << 4) | (Character.digit(b[i], 16) & 0xf);
        }
        return value;
    }
}
