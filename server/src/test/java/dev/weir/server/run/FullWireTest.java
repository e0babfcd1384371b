package dev.weir.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.tck.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of the server for a client that takes nothing. */
@Timeout(60)
class FullWireTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(strings = {"/events/flood", "/streams/flood"})
    void e4_aFullWireKeepsTheStopBackAndIsCut(String path) throws IOException {
        AtomicLong emitted = new AtomicLong();
        try (Running server = Running.with("flood");
                Socket socket = new Socket()) {
            server.cluster.put(
                    "flood",
                    asked -> Cold.run(out -> {
                        while (true) {
                            out.emit(Event.of(null, "y".repeat(10_000)));
                            emitted.incrementAndGet();
                        }
                    }));
            socket.setReceiveBufferSize(4_096);
            URI http = URI.create(server.ready.http());
            socket.connect(new InetSocketAddress(http.getHost(), http.getPort()));
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            awaitStandstill(emitted);

            server.node.close();

            assertThat(rest(socket))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("\"code\":\"shutdown\"")
                    .doesNotEndWith("0\r\n\r\n");
        }
    }

    /** Nothing more is taken for 200 ms. */
    private static void awaitStandstill(AtomicLong emitted) {
        long[] seen = {-1, System.nanoTime()};
        Stage.await("the wire is full", SOON, () -> {
            long now = emitted.get();
            if (now != seen[0]) {
                seen[0] = now;
                seen[1] = System.nanoTime();
            }
            return now > 0 && System.nanoTime() - seen[1] > 200_000_000L;
        });
    }

    private static String rest(Socket socket) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(rest);
        } catch (SocketException reset) {
            rest.writeBytes(new byte[] {'!'});
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }
}
