package dev.weir.transport.http;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * The buffer that a socket of Helidon's reads requests with. It is made with the socket and kept as long, and nothing reads with it
 * while a stream has the channel: without it an idle stream takes half the memory. It is private, so where it can't be reached, with
 * another Helidon or on a module path that doesn't open it, it stays where it is.
 */
final class ReadBuffer {

    private static final Logger LOG = System.getLogger(ReadBuffer.class.getName());
    private static final int LENGTH = 8 * 1024;
    private static final byte[] NONE = {};
    private static final @Nullable Field BUFFER = buffer();

    private ReadBuffer() {}

    /** Takes it away. Nobody may read from the socket until it is restored. True: it is gone. */
    static boolean drop(HelidonSocket socket) {
        return set(socket, NONE);
    }

    /** Gives the socket a buffer again. */
    static void restore(HelidonSocket socket) {
        set(socket, new byte[LENGTH]);
    }

    private static boolean set(HelidonSocket socket, byte[] buffer) {
        if (BUFFER == null || !(socket instanceof PlainSocket)) {
            return false;
        }
        try {
            BUFFER.set(socket, buffer);
            return true;
        } catch (IllegalAccessException kept) {
            return false;
        }
    }

    private static @Nullable Field buffer() {
        try {
            Field field = PlainSocket.class.getDeclaredField("readBuffer");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException kept) {
            LOG.log(Level.DEBUG, "idle streams keep the read buffers of their sockets", kept);
            return null;
        }
    }
}
