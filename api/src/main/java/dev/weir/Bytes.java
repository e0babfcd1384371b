package dev.weir;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable run of bytes: the data of an event, a key, or the frame of a signal as it goes to a wire. Safe to share
 * between threads; no method blocks except {@link #writeTo}, which blocks as its stream does.
 */
public final class Bytes {

    /** No bytes at all. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes over {@code handedOver} without copying it; the caller must never write to it again.
     *
     * @param handedOver the content
     * @return the bytes, backed by that very array
     */
    public static Bytes owned(byte[] handedOver) {
        return handedOver.length == 0 ? EMPTY : new Bytes(handedOver);
    }

    /**
     * The UTF-8 form of a text. An unpaired surrogate becomes {@code ?}, as {@link String#getBytes} has it.
     *
     * @param text any text
     * @return its bytes
     */
    public static Bytes utf8(String text) {
        return owned(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * How many bytes these are.
     *
     * @return the number of bytes, zero or more
     */
    public int length() {
        return bytes.length;
    }

    /**
     * One byte.
     *
     * @param index from 0 to {@code length() - 1}
     * @return the byte there
     * @throws ArrayIndexOutOfBoundsException if there is none
     */
    public byte at(int index) {
        return bytes[index];
    }

    /**
     * Where ASCII ends. Looks at eight bytes at once.
     *
     * @param from index of the first byte to look at, from 0 to {@code length()}
     * @return index of the first byte from there on that is not ASCII, or {@code length()}
     */
    public int asciiUntil(int from) {
        int i = from;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long beyond = (long) EIGHT.get(bytes, i) & HIGHEST_BITS;
            if (beyond != 0) {
                return i + first(beyond);
            }
        }
        while (i < bytes.length && bytes[i] >= 0) {
            i++;
        }
        return i;
    }

    /**
     * Where a line ends. Looks at eight bytes at once.
     *
     * @param from index of the first byte to look at, from 0 to {@code length()}
     * @return index of the first line feed or carriage return from there on, or {@code length()}
     */
    public int lineUntil(int from) {
        int i = from;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long eight = (long) EIGHT.get(bytes, i);
            long ends = zeros(eight ^ '\n' * LOWEST_BITS) | zeros(eight ^ '\r' * LOWEST_BITS);
            if (ends != 0) {
                return i + first(ends);
            }
        }
        while (i < bytes.length && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i;
    }

    /** The highest bit of the first byte that is 0; those of later ones may be set in error. */
    private static long zeros(long eight) {
        return (eight - LOWEST_BITS) & ~eight & HIGHEST_BITS;
    }

    private static int first(long bits) {
        return Long.numberOfTrailingZeros(bits) / Byte.SIZE;
    }

    /**
     * Writes all bytes in one call. Blocks as long as {@code out} does and does not flush it.
     *
     * @param out where to
     * @throws IOException what {@code out} throws
     */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    /**
     * Copies as much as fits, starting at {@code from}.
     *
     * @param from index of the first byte to copy, from 0 to {@code length()}
     * @param out takes the bytes and is moved on past them
     * @return how many were copied
     */
    public int copyTo(int from, ByteBuffer out) {
        int count = Math.min(bytes.length - from, out.remaining());
        out.put(bytes, from, count);
        return count;
    }

    /**
     * A copy of the content.
     *
     * @return a new array, which the caller may change
     */
    public byte[] toArray() {
        return bytes.clone();
    }

    /**
     * A read-only view, without a copy.
     *
     * @return a buffer from position 0 to {@code length()}
     */
    public ByteBuffer toBuffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /**
     * The bytes read as UTF-8. What is not valid UTF-8 reads as U+FFFD, so this is for display and for text known to be
     * valid; codecs decide for themselves.
     *
     * @return the text
     */
    public String toText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
