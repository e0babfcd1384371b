package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.client.RemoteSource;
import dev.weir.hub.Topic;
import dev.weir.tck.Probe;
import dev.weir.tck.Reception;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class EmbeddingTest {

    @Test
    void aTransportIsChosenByItsName() throws Exception {
        InetSocketAddress address = freeAddress();
        Thread program = Thread.ofVirtual().start(() -> run(address));
        Stage.await("the program listens", Duration.ofSeconds(10), () -> listens(address));
        try (Reception client = new TcpHarness().connect(address, "orders?from=earliest&limit=2", Map.of())) {
            assertThat(client.events(2).stream().map(Stage::text)).containsExactly("{\"order\":1}", "{\"order\":2}");
        }
        program.join();
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void everyTransportOfWeirIsFoundByItsName(RemoteSource.Via via) throws Exception {
        try (Topic topic = new Topic("orders");
                Sources sources = new Sources().register("orders", topic);
                Endpoint endpoint = Embedding.serve(
                        via.name().toLowerCase(Locale.ROOT),
                        sources,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                RemoteSource remote = RemoteSource.of(
                        via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
            topic.publish(Event.of(null, "x"));
            try (Probe probe = Probe.open(remote, "orders?from=earliest")) {
                assertThat(probe.texts(1)).containsExactly("x");
            }
        }
    }

    @Test
    void anUnknownTransportIsNamed() {
        assertThatThrownBy(() -> Embedding.serve("pigeon", new Sources(), freeAddress()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pigeon");
    }

    @Test
    void aProgramReadsASourceItself() throws InterruptedException {
        Queue<Signal> seen = new ConcurrentLinkedQueue<>();
        try (Topic topic = new Topic("orders");
                Sources sources = new Sources().register("orders", topic)) {
            Thread reader = Thread.ofVirtual().start(() -> Embedding.read(sources, "orders", seen::add));
            Stage.await("the stream is open", Duration.ofSeconds(10), () -> sources.open() == 1);
            topic.publish(Event.of(null, "x"));
            Stage.await("the event is there", Duration.ofSeconds(10), () -> seen.size() == 1);
            sources.stop(Code.SHUTDOWN, "enough", Duration.ZERO);
            reader.join();
        }
        assertThat(seen).last().isInstanceOf(Signal.Stop.class);
    }

    @Test
    void aClockTicks() throws InterruptedException {
        Queue<Signal> seen = new ConcurrentLinkedQueue<>();
        try (Topic topic = new Topic("clock");
                Sources sources = new Sources().register("clock", topic)) {
            Thread reader = Thread.ofVirtual().start(() -> Embedding.read(sources, "clock", seen::add));
            Stage.await("the stream is open", Duration.ofSeconds(10), () -> sources.open() == 1);
            Thread clock = Embedding.clock(topic);
            Stage.await("two ticks", Duration.ofSeconds(10), () -> seen.size() >= 2);
            clock.interrupt();
            clock.join();
            reader.interrupt();
            reader.join();
        }
    }

    private static void run(InetSocketAddress address) {
        try {
            Embedding.orders("tcp", address, 3);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static boolean listens(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (ConnectException notYet) {
            return false;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
        }
    }
}
