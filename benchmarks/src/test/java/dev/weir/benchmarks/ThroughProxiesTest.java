package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.benchmarks.Bench.Run;
import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rig on the far side of the proxies that its guide ships plain configurations for. */
@Timeout(60)
class ThroughProxiesTest {

    private static final Path SHIPPED =
            Path.of(System.getProperty("weir.home", "..")).resolve("docs/how-to");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"nginx, sse", "nginx, ndjson", "nginx, grpc", "haproxy, sse", "haproxy, ndjson", "haproxy, grpc"})
    void everyEventArrivesThroughAProxy(String proxy, String transport) throws IOException {
        int http = freePort();
        int grpc = freePort();
        try (Generator topic = new Generator("bench", new Pace(200, 128, 0), Retention.DEFAULT);
                Bench bench = new Bench(transport, topic)) {
            String weir = URI.create(bench.url()).getAuthority();
            String file = proxy.equals("nginx") ? "nginx-plain.conf" : "haproxy-plain.cfg";
            Path config = Files.writeString(
                    folder.resolve(file),
                    Files.readString(SHIPPED.resolve(file))
                            .replace("127.0.0.1:8080", weir)
                            .replace("127.0.0.1:50051", weir)
                            .replace("127.0.0.1:8000", "127.0.0.1:" + http)
                            .replace("127.0.0.1:8001", "127.0.0.1:" + grpc));
            Child process = Child.start(
                    proxy,
                    proxy.equals("nginx")
                            ? List.of("nginx", "-p", folder.toString(), "-c", config.toString())
                            : List.of("haproxy", "-db", "-f", config.toString()),
                    folder);
            try {
                Stage.await("the proxy listens", Duration.ofSeconds(20), () -> listens(http));
                Run run = Run.of(
                        new Interruption(),
                        "--transport=" + transport,
                        transport.equals("grpc") ? "--grpc=127.0.0.1:" + grpc : "--http=http://127.0.0.1:" + http,
                        "--subscribers=10",
                        "--warmup=0.2",
                        "--duration=0.5");
                assertThat(run.code())
                        .as(run.out() + run.err() + process.said())
                        .isZero();
                assertThat(run.figure("delivered")).isPositive();
            } finally {
                Child.end(List.of(process));
            }
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
