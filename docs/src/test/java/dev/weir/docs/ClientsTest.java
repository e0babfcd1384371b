package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.Transport;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.sse.SseTransport;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients to copy, against the server; each loses it in the middle, and goes on where it was. */
@Timeout(60)
class ClientsTest {

    private final Topic topic = new Topic("orders");
    private final Sources sources = new Sources().register("orders", topic);

    @AfterEach
    void close() {
        sources.close();
        topic.close();
    }

    @Test
    void pythonReadsServerSentEvents() throws Exception {
        goesOn(new SseTransport(), "/events/", "message 1", "message 2", "message 3", "python3", "events.py");
    }

    @Test
    void nodeReadsLinesOfJson() throws Exception {
        goesOn(new ChunkedTransport(), "/streams/", "event 1", "event 2", "event 3", "node", "lines.mjs");
    }

    private void goesOn(
            Transport transport, String path, String one, String two, String three, String program, String snippet)
            throws Exception {
        Endpoint first = transport.open(sources, at(0));
        int port = first.address().getPort();
        topic.publish(Event.of(null, "1"));
        Process client = new ProcessBuilder(List.of(
                        program,
                        Pages.HOME.resolve("docs/snippets").resolve(snippet).toString(),
                        "http://127.0.0.1:" + port + path + "orders?from=earliest"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = client.inputReader()) {
            assertThat(event(out)).isEqualTo(one);
            first.close();
            topic.publish(Event.of(null, "2"));
            topic.publish(Event.of(null, "3"));
            try (Endpoint second = transport.open(sources, at(port))) {
                assertThat(event(out)).isEqualTo(two);
                assertThat(event(out)).isEqualTo(three);
                assertThat(second.address().getPort()).isEqualTo(port);
            }
        } finally {
            client.destroy();
            assertThat(client.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The next line that tells of an event. */
    private static String event(BufferedReader out) throws Exception {
        String line = out.readLine();
        while (line != null && !line.startsWith("message ") && !line.startsWith("event ")) {
            line = out.readLine();
        }
        return line;
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
