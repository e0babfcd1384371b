package dev.weir.benchmarks;

import java.net.ProtocolException;

/** The chunked coding of HTTP/1.1 (RFC 9112, section 7.1), taken off in place, however the bytes are cut. One thread. */
final class Chunks {

    private enum State {
        SIZE,
        EXTENSION,
        DATA,
        DATA_END,
        TRAILER
    }

    private State state = State.SIZE;
    private long left;
    private boolean emptyLine;
    private boolean ended;

    /** Whether the last chunk has been seen. */
    boolean ended() {
        return ended;
    }

    /** Moves the body's bytes among {@code from} to {@code to} together, and gives where they end. */
    int decode(byte[] b, int from, int to) throws ProtocolException {
        int in = from;
        int out = from;
        while (in < to && !ended) {
            if (state == State.DATA) {
                int length = (int) Math.min(left, to - in);
                if (in != out) {
                    System.arraycopy(b, in, b, out, length);
                }
                in += length;
                out += length;
                left -= length;
                state = left == 0 ? State.DATA_END : State.DATA;
            } else {
                framing(b[in++]);
            }
        }
        return out;
    }

    private void framing(byte octet) throws ProtocolException {
        switch (state) {
            case SIZE -> {
                int digit = Character.digit(octet, 16);
                if (digit >= 0) {
                    left = (left << 4) | digit;
                } else if (octet == '\n') {
                    sized();
                } else if (octet == ';') {
                    state = State.EXTENSION;
                } else if (octet != '\r') {
                    throw new ProtocolException("a chunk's size has the byte " + octet);
                }
            }
            case EXTENSION -> {
                if (octet == '\n') {
                    sized();
                }
            }
            case DATA, DATA_END -> {
                if (octet == '\n') {
                    state = State.SIZE;
                }
            }
            case TRAILER -> {
                ended = octet == '\n' && emptyLine;
                emptyLine = octet == '\n' || (octet == '\r' && emptyLine);
            }
        }
    }

    private void sized() {
        state = left == 0 ? State.TRAILER : State.DATA;
        emptyLine = true;
    }
}
