package dev.weir.embedded.kafka;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Listening ports. Free ones are looked for below the range from which operating systems take the ports of outgoing
 * connections: a broker that is down can find its port again, and no client that tries to reconnect has taken it.
 */
final class Ports {
    private static final int LOWEST = 20_000;
    private static final int BEYOND = 32_768;
    private static final int TRIES = 200;

    private Ports() {}

    static int free(String host) {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, BEYOND);
            if (bind(host, port) == null) {
                return port;
            }
        }
        throw new BrokerException(
                "no free port found on " + host + " between " + LOWEST + " and " + (BEYOND - 1), bind(host, LOWEST));
    }

    static void requireFree(String host, int port) {
        IOException failure = bind(host, port);
        if (failure != null) {
            throw new BrokerException(
                    "cannot listen on " + host + ":" + port + ": " + failure.getMessage() + ". Stop what uses port "
                            + port + ", or choose another port",
                    failure);
        }
    }

    private static @Nullable IOException bind(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port), 1);
            return null;
        } catch (IOException e) {
            return e;
        }
    }
}
