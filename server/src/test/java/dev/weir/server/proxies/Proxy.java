package dev.weir.server.proxies;

import dev.weir.server.run.Ready;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A proxy as a process, with the configuration that the documentation shows but for names, ports and a shorter patience. */
final class Proxy implements AutoCloseable {

    private static final Path SHIPPED =
            Path.of(System.getProperty("weir.home", "..")).resolve("docs/how-to");
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Process process;
    private final Path log;
    private final int port;
    private final int grpc;

    private Proxy(List<String> command, Path log, int port, int grpc) throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        this.port = port;
        this.grpc = grpc;
        this.log = log;
        Stage.await("the proxy listens", SOON, this::listens);
    }

    static Proxy nginx(Path directory, Certificate certificate, Ready server) throws IOException {
        int port = freePort();
        Path weir = Files.writeString(
                directory.resolve("weir.conf"),
                shipped("nginx.conf", server)
                        .replace("listen 443", "listen 127.0.0.1:" + port)
                        .replace(
                                "/etc/ssl/weir/certificate.pem",
                                certificate.certificate().toString())
                        .replace("/etc/ssl/weir/key.pem", certificate.key().toString()));
        StringBuilder temporary = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporary
                    .append(kind)
                    .append("_temp_path ")
                    .append(directory.resolve(kind))
                    .append("; ");
        }
        Path whole = Files.writeString(
                directory.resolve("nginx.conf"),
                "daemon off; master_process off; pid " + directory.resolve("nginx.pid")
                        + "; error_log stderr warn; events {} http { access_log off; " + temporary + "include " + weir
                        + "; }");
        return new Proxy(
                List.of("nginx", "-p", directory.toString(), "-c", whole.toString()),
                directory.resolve("nginx.log"),
                port,
                port);
    }

    static Proxy haproxy(Path directory, Certificate certificate, Ready server) throws IOException {
        int port = freePort();
        int grpc = freePort();
        Path whole = Files.writeString(
                directory.resolve("haproxy.cfg"),
                shipped("haproxy.cfg", server)
                        .replace("bind :443", "bind 127.0.0.1:" + port)
                        .replace("bind :8443", "bind 127.0.0.1:" + grpc)
                        .replace("/etc/ssl/weir/both.pem", certificate.both().toString()));
        return new Proxy(
                List.of("haproxy", "-db", "-f", whole.toString()), directory.resolve("haproxy.log"), port, grpc);
    }

    private static String shipped(String file, Ready server) throws IOException {
        return Files.readString(SHIPPED.resolve(file))
                .replace("127.0.0.1:8080", URI.create(server.http()).getAuthority())
                .replace("127.0.0.1:50051", server.grpc())
                .replace("60s", "3s");
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String grpc() {
        return "127.0.0.1:" + grpc;
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new AssertionError("the proxy has ended: " + said());
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private String said() {
        try {
            return Files.readString(log);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
