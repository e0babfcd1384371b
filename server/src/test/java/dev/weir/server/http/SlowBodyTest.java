package dev.weir.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Limits;
import dev.weir.server.topics.Catalogue;
import dev.weir.transport.http.HttpListener;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlowBodyTest {

    @Test
    void anEventThatDoesNotComeInTimeIsRefusedAndItsConnectionIsClosed() throws Exception {
        HttpRouting.Builder routing = HttpRouting.builder();
        try (Catalogue catalogue = new Catalogue(Set.of("orders"), 1000, Limits.NONE)) {
            new Routes(routing)
                    .post("/topics/{topic}/events", new PublishRoute(catalogue, 1000, Duration.ofSeconds(1)));
            WebServer server = HttpListener.tune(WebServer.builder())
                    .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .shutdownHook(false)
                    .addRouting(routing)
                    .build()
                    .start();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(
                                "POST /topics/orders/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"
                                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 400 ")
                        .contains("body: it has not come within 1 s; send it faster");
            } finally {
                server.stop();
            }
        }
    }
}
