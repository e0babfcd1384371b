package dev.weir.transport.http;

import dev.weir.Code;
import dev.weir.Parameters;
import dev.weir.Refusal;
import dev.weir.Subscription;
import io.helidon.webserver.http.ServerRequest;
import java.util.concurrent.Semaphore;

/**
 * The streams of a service that are compressed, because they ask for it with {@code compress=gzip} (RFC 1952), each batch flushed. {@code
 * Accept-Encoding} asks for nothing: browsers send it with each request, and what is compressed together with an attacker's data tells of
 * secrets beside them. A compressed stream keeps a quarter of a megabyte, so only so many of a process are; others go out as they are.
 */
final class Compression {

    static final String PARAMETER = "compress";
    static final String GZIP = "gzip";
    private static final int MOST = 256;

    private static final Semaphore PLACES = new Semaphore(MOST);

    private Compression() {}

    static boolean asked(ServerRequest request) {
        return request.query().contains(PARAMETER);
    }

    /** True: one more stream may be compressed, and {@link #leave} is owed. */
    static boolean enter() {
        return PLACES.tryAcquire();
    }

    static void leave() {
        PLACES.release();
    }

    /** Refuses what it can't do. */
    static void check(Subscription subscription) {
        String asked = subscription.parameters().getOrDefault(PARAMETER, GZIP);
        if (!asked.equals(GZIP)) {
            throw new Refusal(Code.BAD_REQUEST, PARAMETER + "=" + Parameters.shown(asked) + ": allowed is " + GZIP);
        }
    }
}
