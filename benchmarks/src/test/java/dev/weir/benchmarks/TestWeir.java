package dev.weir.benchmarks;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Sources;
import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.hub.Feed;
import dev.weir.hub.Generator;
import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.KafkaSettings;
import dev.weir.transport.chunked.ChunkedService;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseService;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * As much of {@code weir serve} and {@code weir demo} as the benchmarks ask for, made of the libraries: the server's own module is not
 * built where these tests run.
 */
final class TestWeir {

    private static final String TOPIC = "bench-kafka";

    private TestWeir() {}

    /** The command that starts it, in the place of {@code ./weir}. */
    static List<String> launcher() {
        return Child.java(TestWeir.class, List.of("-XX:TieredStopAtLevel=1"));
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (String word : args) {
            String[] parts = word.split("=", 2);
            options.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        if (options.containsKey("--version")) {
            return;
        }
        Sources sources = new Sources();
        String kafka = options.getOrDefault("--kafka", "");
        if (options.containsKey("--bench-topic")) {
            Pace pace = pace(options.get("--bench-topic"));
            Retention retention = new Retention(Math.max(1_024, pace.burst()), 1L << 30, Duration.ZERO);
            sources.register("bench", new Generator("bench", pace, retention));
        }
        if (options.containsKey("--bench-kafka")) {
            kafka = fill(Path.of(options.get("--data")), pace(options.get("--bench-kafka")));
        } else if (!kafka.isEmpty()) {
            sources.register(TOPIC, new KafkaCluster(KafkaSettings.of(kafka)).topic(TOPIC));
        }
        tell(sources, kafka, Path.of(options.get("--ready-file")));
        new CountDownLatch(1).await();
    }

    /** {@code RATExSIZE+BURST}. */
    private static Pace pace(String text) {
        String[] parts = text.split("[x+]", -1);
        return new Pace(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                parts.length == 3 ? Integer.parseInt(parts[2]) : 0);
    }

    private static String fill(Path data, Pace pace) {
        ChildKafka broker = ChildKafka.launch(EmbeddedKafka.Settings.in(data));
        KafkaCluster cluster = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
        cluster.awaitAvailable(Duration.ofSeconds(30));
        broker.createTopic(TOPIC, 1, Map.of());
        Feed endless = new Feed(TOPIC, pace, events -> cluster.publish(TOPIC, events));
        Runtime.getRuntime().addShutdownHook(new Thread(endless::close));
        return broker.bootstrap();
    }

    private static void tell(EventSource source, String kafka, Path file) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        WebServer http = WebServer.builder()
                .address(loopback)
                .port(0)
                .addRouting(HttpRouting.builder()
                        .register("/events", new SseService(source))
                        .register("/streams", new ChunkedService(source)))
                .build()
                .start();
        Endpoint grpc = new GrpcTransport().open(source, new InetSocketAddress(loopback, 0));
        String json = """
                {"pid":%d,"http":"http://127.0.0.1:%d","grpc":"127.0.0.1:%d","kafka":"%s"}""".formatted(
                ProcessHandle.current().pid(), http.port(), grpc.address().getPort(), kafka);
        Path whole = Files.writeString(Path.of(file + ".part"), json);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
