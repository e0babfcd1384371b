package dev.weir.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.run.Running;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no request at all, on both ports: the answer shows nothing, the log stays quiet, and the next client is served. */
@Timeout(60)
class GarbageTest {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static Running server;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        server = Running.with("orders");
        channel = Grpc.newChannelBuilder(server.ready.grpc(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        server.close();
    }

    static Stream<Arguments> garbage() {
        byte[] random = new byte[20_000];
        new Random(7).nextBytes(random);
        return Stream.of(
                Arguments.of("random bytes", random),
                Arguments.of("a greeting of TLS", new byte[] {22, 3, 1, 0, 4, 1, 0, 0, 0, '\n', '\r', '\n'}),
                Arguments.of("zeros", new byte[1_000]),
                Arguments.of("HTTP/1.0", text("GET /streams/orders HTTP/1.0\r\n\r\n")),
                Arguments.of("HTTP/2 and nonsense", text(PREFACE + "x".repeat(500))),
                Arguments.of(
                        "a long line", text("GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")),
                Arguments.of(
                        "a long header",
                        text("GET /topics HTTP/1.1\r\nHost: localhost\r\nA: " + "x".repeat(40_000) + "\r\n\r\n")),
                Arguments.of("a bad header", text("GET /topics HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n")),
                Arguments.of(
                        "a bad length",
                        text("POST /topics/orders/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")),
                Arguments.of(
                        "a bad chunk",
                        text(
                                "POST /topics/orders/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("garbage")
    void e6_garbageIsAnsweredAndLoggedWithoutWhatIsInside(String what, byte[] bytes) throws IOException {
        try (Logged logged = new Logged()) {
            assertThat(answer(URI.create(server.ready.http()).getPort(), bytes))
                    .doesNotContainPattern(CodesTest.INSIDE);
            assertThat(answer(URI.create("tcp://" + server.ready.grpc()).getPort(), bytes))
                    .doesNotContainPattern(CodesTest.INSIDE);

            assertThat(server.get("/topics").statusCode()).isEqualTo(200);
            assertThat(logged.warnings()).isEmpty();
        }
    }

    @Test
    void e6_aMessageThatIsNoneIsRefusedQuietly() {
        MethodDescriptor<byte[], SubscribeResponse> raw = EventStreamsGrpc.getSubscribeMethod().toBuilder(
                        new MethodDescriptor.Marshaller<byte[]>() {
                            @Override
                            public InputStream stream(byte[] value) {
                                return new ByteArrayInputStream(value);
                            }

                            @Override
                            public byte[] parse(InputStream stream) {
                                throw new AssertionError("a client parses no request");
                            }
                        },
                        EventStreamsGrpc.getSubscribeMethod().getResponseMarshaller())
                .build();
        try (Logged logged = new Logged()) {
            StatusRuntimeException refused = refused(() -> ClientCalls.blockingServerStreamingCall(
                            channel, raw, CallOptions.DEFAULT, new byte[] {-1, -1, -1, -1})
                    .hasNext());

            assertThat(refused.getStatus().getCode()).isIn(Status.Code.INTERNAL, Status.Code.UNKNOWN);
            assertThat(refused.getStatus() + " " + refused.getTrailers()).doesNotContainPattern(CodesTest.INSIDE);
            assertThat(logged.warnings()).isEmpty();
        }
    }

    private static StatusRuntimeException refused(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            return refused;
        }
        throw new AssertionError("the call was accepted");
    }

    private static String answer(int port, byte[] bytes) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(answer);
        } catch (SocketException reset) {
            answer.writeBytes(text(" reset"));
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
