package dev.weir;

import java.net.SocketAddress;
import java.security.Principal;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param peer the other end of the connection
 * @param header reads a header or metadata value by its lower-case name; null if there is none
 * @param proven who the caller has proved to be, if anyone
 */
public record Caller(SocketAddress peer, Function<String, @Nullable String> header, Optional<Principal> proven) {

    /**
     * A caller without headers or credentials.
     *
     * @param peer the other end of the connection
     * @return the caller
     */
    public static Caller at(SocketAddress peer) {
        return new Caller(peer, name -> null, Optional.empty());
    }
}
