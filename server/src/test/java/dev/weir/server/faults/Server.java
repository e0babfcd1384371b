package dev.weir.server.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.server.cli.Child;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code weir serve} as a process: where it is, what it holds, what it says. */
final class Server implements AutoCloseable {

    /** So long may a server take to be back at what it held before. */
    static final Duration LEAKS_WITHIN = Duration.ofSeconds(30);

    private static final Pattern ONE_THREAD =
            Pattern.compile("^#\\d+ \"(?!ForkJoinPool|VirtualThread-unparker)", Pattern.MULTILINE);

    final Child child;
    final String http;
    final String grpc;
    final String admin;
    private final String broker;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static final String HEAP = "256m";

    private Server(Child child, JsonNode ready) {
        this.child = child;
        http = ready.path("http").asText();
        grpc = ready.path("grpc").asText();
        admin = ready.path("admin").asText();
        broker = ready.path("kafka").asText();
    }

    /** Where a server is to listen; 0 is a free port. */
    record Ports(String bind, int http, int grpc) {

        static final Ports FREE = new Ports("127.0.0.1", 0, 0);

        /** Two that are free now, for a server that is to be started again in the same place. */
        static Ports found() {
            try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket grpc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return new Ports(FREE.bind, http.getLocalPort(), grpc.getLocalPort());
            } catch (IOException none) {
                throw new UncheckedIOException(none);
            }
        }
    }

    /** Starts one and blocks until it is ready. */
    static Server start(Path directory, String bootstrap, Ports ports, List<String> topics) {
        return start(directory, bootstrap, ports, topics, HEAP);
    }

    /** The same with another heap, such as {@code 512m}. */
    static Server start(Path directory, String bootstrap, Ports ports, List<String> topics, String heap) {
        Path ready = directory.resolve("ready-" + System.nanoTime() + ".json");
        Child child = launch(directory, bootstrap, ports, topics, ready, heap);
        return new Server(child, child.ready(ready));
    }

    static Child launch(Path directory, String bootstrap, Ports ports, List<String> topics, Path ready) {
        return launch(directory, bootstrap, ports, topics, ready, HEAP);
    }

    private static Child launch(
            Path directory, String bootstrap, Ports ports, List<String> topics, Path ready, String heap) {
        Path config = directory.resolve("weir-" + System.nanoTime() + ".yaml");
        try {
            Files.writeString(
                    config, """
                    kafka: {bootstrap.servers: "%s", metadata.max.age.ms: 5000}
                    topics: [%s]
                    access-topic: access
                    drain: 3
                    bind: %s
                    http-port: %d
                    grpc-port: %d
                    admin-port: 0
                    """.formatted(bootstrap, String.join(", ", topics), ports.bind, ports.http, ports.grpc));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return Child.weir(
                null,
                List.of("-Xmx" + heap, "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC"),
                "serve",
                "--config",
                config.toString(),
                "--ready-file",
                ready.toString());
    }

    /** So many subscribers, taking turns with the protocols. */
    List<Subscriber> subscribers(int count, Wish wish) {
        return Subscriber.start(count, http, grpc, wish);
    }

    HttpResponse<String> get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    HttpResponse<String> post(String url, String body) {
        return send(HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    boolean ready() {
        return get(admin + "/health/ready").statusCode() == 200;
    }

    long streams() {
        return (long) metric("weir_streams_open");
    }

    /** A figure by its name, summed over all labels that begin as given, such as {@code jvm_memory_used_bytes{area="heap"}. */
    double metric(String figure) {
        String end = figure.contains("{") ? "" : "(?=[ {])";
        Pattern line = Pattern.compile("^" + Pattern.quote(figure) + end + ".* (\\S+)$", Pattern.MULTILINE);
        return line.matcher(get(admin + "/metrics").body())
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }

    Vitals vitals() {
        return new Vitals(streams(), descriptors(), threads(), status("VmRSS:") * 1024);
    }

    /** Once it holds no more than before, or {@link #LEAKS_WITHIN} is over. */
    Vitals vitalsAfter(Vitals before) {
        long end = System.nanoTime() + LEAKS_WITHIN.toNanos();
        Vitals now = vitals();
        while (now.beyond(before).isPresent() && System.nanoTime() - end < 0) {
            Stage.await("a moment", Duration.ofSeconds(5), new After(Duration.ofMillis(500))::over);
            now = vitals();
        }
        return now;
    }

    /** What the objects that live take, after a collection of all others. */
    long liveHeap() {
        jcmd("GC.run");
        return (long) metric("jvm_memory_used_bytes{area=\"heap\"");
    }

    long directMemory() {
        return (long) metric("jvm_buffer_memory_used_bytes{id=\"direct\"");
    }

    /** Without the connections to the broker, which its clients open and close as they like. */
    private long descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc", pid(), "fd"))) {
            Set<String> brokers = connectionsTo(broker);
            return all.map(Server::target)
                    .filter(target -> !brokers.contains(target))
                    .count();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "closed";
        }
    }

    /** By the kernel's tables: columns 3 and 10 are the remote address, with its port in hexadecimal, and the socket's inode. */
    private Set<String> connectionsTo(String address) throws IOException {
        String port = String.format(":%04X", Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc", pid(), "net", table))) {
                String[] columns = line.strip().split("\\s+");
                if (columns[2].endsWith(port)) {
                    sockets.add("socket:[" + columns[9] + "]");
                }
            }
        }
        return sockets;
    }

    private long threads() {
        try {
            Path dump = Files.createTempDirectory("weir-threads").resolve("dump.txt");
            jcmd("Thread.dump_to_file", dump.toString());
            return ONE_THREAD.matcher(Files.readString(dump)).results().count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A figure of {@code /proc/PID/status}, in kB or as a number. */
    private long status(String key) {
        try {
            return Files.readAllLines(Path.of("/proc", pid(), "status")).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** Processor time used so far. */
    Duration cpu() {
        return child.process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void jcmd(String... command) {
        try {
            List<String> all = Stream.concat(
                            Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                            .toString(),
                                    pid()),
                            Stream.of(command))
                    .toList();
            Process jcmd = new ProcessBuilder(all)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            jcmd.waitFor(30, TimeUnit.SECONDS);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private String pid() {
        return String.valueOf(child.process.pid());
    }

    /** Lines of its log that show a failure: an error, or a line of a stack trace. */
    List<String> complaints() {
        return child.err()
                .lines()
                .filter(line -> line.contains(" ERROR ") || line.startsWith("\tat ") || line.contains("Exception"))
                .toList();
    }

    @Override
    public void close() {
        child.close();
        client.shutdownNow();
    }
}
