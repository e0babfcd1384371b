package dev.weir.transport.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.socket.PlainSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fails when another Helidon no longer keeps its buffer where it is taken away, which idle streams would pay for. */
@Timeout(10)
class ReadBufferTest {

    @Test
    void aSocketLosesItsBufferAndReadsAgainOnceItHasOne() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, here);
                Socket client = new Socket(here, listener.getLocalPort());
                Socket accepted = listener.accept()) {
            PlainSocket socket = PlainSocket.server(accepted, "child", "server");

            assertThat(ReadBuffer.drop(socket)).isTrue();
            client.getOutputStream().write("again".getBytes(UTF_8));
            client.shutdownOutput();
            ReadBuffer.restore(socket);

            assertThat(new String(socket.get(), UTF_8)).isEqualTo("again");
            assertThat(socket.get()).isNull();
        }
    }
}
