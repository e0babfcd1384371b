package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader sees with {@code nc}. */
class TcpTransportTest {

    @Test
    void aStreamIsLinesThatEndWithTheEnd() throws IOException {
        try (Topic topic = new Topic("orders");
                Sources sources = new Sources().register("orders", topic);
                Endpoint endpoint = new TcpTransport().open(sources, loopback())) {
            String id = topic.publish(new Event(
                            "", 0, 0, 1_000, "placed", Bytes.utf8("k1"), List.of(), Bytes.utf8("5% off\tgrün")))
                    .id();
            String[] lines = ask(endpoint, "orders?from=earliest&until=latest").split("\n");
            assertThat(lines[0]).startsWith("open\t1.");
            assertThat(lines[1]).isEqualTo("event\t" + id + "\tplaced\tk1\t1000\t5%25 off%09gr%c3%bcn\t");
            assertThat(lines[2]).isEqualTo("end\t" + id + "\t1");
        }
    }

    @Test
    void aRefusalIsOneLine() throws IOException {
        try (Sources sources = new Sources();
                Endpoint endpoint = new TcpTransport().open(sources, loopback())) {
            assertThat(ask(endpoint, "nothing")).isEqualTo("no\tnot-found\t0\tno topic nothing\n");
            assertThat(ask(endpoint, "x".repeat(9_000)))
                    .isEqualTo("no\tbad-request\t0\tthe request is longer than 8192 bytes\n");
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static String ask(Endpoint endpoint, String request) throws IOException {
        try (Socket socket =
                new Socket(endpoint.address().getAddress(), endpoint.address().getPort())) {
            socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
