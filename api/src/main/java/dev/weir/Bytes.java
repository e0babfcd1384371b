package dev.weir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
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
