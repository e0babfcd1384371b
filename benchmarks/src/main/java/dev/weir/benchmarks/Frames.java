package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A format of HTTP bodies, read in place and without garbage. One thread, any number of streams. */
abstract class Frames {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    /**
     * Tells a subscriber all whole frames.
     *
     * @return where the first frame begins that is not whole yet
     */
    abstract int read(byte[] b, int from, int to, Subscriber subscriber);

    /** What a request says it accepts. */
    abstract String mediaType();

    /** Where an octet is, or -1. Eight are looked at at once: most of what the rig does is this. */
    static int find(byte octet, byte[] b, int from, int to) {
        long pattern = (octet & 0xff) * LOWEST_BITS;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long difference = (long) EIGHT.get(b, i) ^ pattern;
            long zeros = (difference - LOWEST_BITS) & ~difference & HIGHEST_BITS;
            if (zeros != 0) {
                return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
        }
        for (; i < to; i++) {
            if (b[i] == octet) {
                return i;
            }
        }
        return -1;
    }

    /** Where a line ends that a line feed follows, perhaps behind a carriage return. */
    static int lineEnd(byte[] b, int from, int feed) {
        return feed > from && b[feed - 1] == '\r' ? feed - 1 : feed;
    }

    static boolean starts(byte[] text, byte[] b, int from, int to) {
        if (to - from < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (b[from + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    static String text(byte[] b, int from, int to) {
        return new String(b, from, to - from, UTF_8);
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
