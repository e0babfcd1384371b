package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Event;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients to copy, against the server, which they lose three times: cut (but for gRPC), cut within a character, and stopped. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ClientsTest {

    static final String TOPIC = "orders";
    static final Path SNIPPETS = Pages.HOME.resolve("docs/snippets");

    private static final String FIRST = "Grüße aus Köln 😀";
    private static final String SECOND = "Straße\n😀 zweite Zeile\n\nlast";
    private static final List<String> LOST = List.of("lost", "lost as well");
    private static final List<String> REST = List.of("drei", "vier 🚀🚀", "fünf", "sechs");

    private final Topic topic = new Topic(TOPIC, new Retention(REST.size(), 1 << 20, Duration.ZERO));

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        topic.close();
    }

    @ParameterizedTest
    @EnumSource
    void getsEachEventOnceAndInOrderIsToldWhatIsLostAndEnds(Client client) throws Exception {
        String start = topic.publish(Event.of(null, "before")).id();
        Site site = open(client, 0);
        int port = site.hop().port();
        try (Copy copy = client.start(port, TOPIC, folder)) {
            await(copy, "knows where the stream starts", () -> told(site, client, start));
            // Of a client of gRPC nothing tells that it has read its first message, and knows where to go on.
            if (client != Client.JAVA_GRPC) {
                site.hop().cut();
            }
            topic.publish(Event.of(null, FIRST));
            await(copy, "has the first", () -> copy.events().equals(FIRST + "\n"));
            site.hop().cutWithinACharacter();
            topic.publish(Event.of(null, SECOND));
            await(copy, "has the second", () -> copy.events().equals(FIRST + "\n" + SECOND + "\n"));
            site.stop();
            await(copy, "is stopped", () -> site.streams() == 0);
            site.close();
            LOST.forEach(text -> topic.publish(Event.of(null, text)));
            REST.forEach(text -> topic.publish(Event.of(null, text)));
            try (Site again = open(client, port)) {
                assertThat(again.hop().port()).isEqualTo(port);
                await(copy, "has ended", copy::over);
                assertThat(copy.events()).isEqualTo(FIRST + "\n" + SECOND + "\n" + String.join("\n", REST) + "\n");
                assertThat(copy.notes()).contains("gap", "retention");
                assertThat(copy.refused()).isFalse();
            }
        } finally {
            site.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesARefusalForFinal(Client client) throws Exception {
        try (Site site = open(client, 0);
                Copy copy = client.start(site.hop().port(), "unknown", folder)) {
            await(copy, "has given up", copy::refused);
            assertThat(copy.notes()).isNotBlank();
            assertThat(copy.events()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void triesAgainAfterARefusalThatPasses(Client client) throws Exception {
        Site site = open(client, 0);
        int port = site.hop().port();
        site.stop();
        try (Copy copy = client.start(port, TOPIC, folder)) {
            await(copy, "is refused", () -> site.refusals() > 0);
            site.close();
            try (Site again = open(client, port)) {
                await(copy, "is back", () -> again.streams() == 1);
                REST.forEach(text -> topic.publish(Event.of(null, text)));
                await(copy, "has ended", copy::over);
                assertThat(copy.events()).isEqualTo(String.join("\n", REST) + "\n");
                assertThat(copy.refused()).isFalse();
            }
        } finally {
            site.close();
        }
    }

    static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private Site open(Client client, int port) throws IOException {
        return client == Client.JAVA_GRPC ? Site.overGrpc(topic, port) : Site.overHttp(topic, port);
    }

    /** Over HTTP once there was a heartbeat, and what came before it has been read for sure; over gRPC with the first message. */
    private static boolean told(Site site, Client client, String start) {
        String sent = site.hop().sent();
        return client == Client.JAVA_GRPC
                ? sent.endsWith(start)
                : sent.contains("heartbeat\",\"id\"")
                        || sent.contains("\n:\nid: ")
                        || sent.contains(": stream-heartbeat");
    }

    private static void await(Copy copy, String what, BooleanSupplier condition) {
        try {
            Stage.await("the client " + what, Duration.ofSeconds(60), condition);
        } catch (AssertionError late) {
            throw new AssertionError(
                    late.getMessage() + "; events: " + copy.events() + "; notes: " + copy.notes(), late);
        }
    }
}
