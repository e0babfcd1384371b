package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** A format of HTTP bodies, read in place and without garbage. One thread, any number of streams. */
abstract class Frames {

    /**
     * Tells a subscriber all whole frames.
     *
     * @return where the first frame begins that is not whole yet
     */
    abstract int read(byte[] b, int from, int to, Subscriber subscriber);

    /** What a request says it accepts. */
    abstract String mediaType();

    static int find(byte octet, byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] == octet) {
                return i;
            }
        }
        return -1;
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
