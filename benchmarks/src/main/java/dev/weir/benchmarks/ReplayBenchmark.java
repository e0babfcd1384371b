package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.KafkaSettings;
import dev.weir.transport.sse.SseTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A whole topic of Kafka read from its beginning by one subscriber, beside a Kafka consumer that does nothing with it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class ReplayBenchmark {

    private static final String TOPIC = "orders";
    private static final int BYTES = 100;
    private static final int BATCH = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Param("1000000")
    public int records;

    private Path directory;
    private ChildKafka broker;
    private KafkaCluster cluster;
    private Sources sources;
    private Endpoint endpoint;

    @Setup
    public void fill() throws IOException {
        directory = Files.createTempDirectory("weir-replay");
        broker = ChildKafka.launch(EmbeddedKafka.Settings.in(directory));
        cluster = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
        if (!cluster.awaitAvailable(Duration.ofSeconds(30))) {
            throw new IllegalStateException("no broker at " + broker.bootstrap());
        }
        broker.createTopic(TOPIC, 1, Map.of());
        List<Event> batch = Collections.nCopies(BATCH, Event.of(null, "x".repeat(BYTES)));
        for (int left = records; left > 0; left -= BATCH) {
            cluster.publish(TOPIC, batch.subList(0, Math.min(left, BATCH)));
        }
        sources = new Sources().register(TOPIC, cluster.topic(TOPIC));
        endpoint = new SseTransport().open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @TearDown
    public void stop() throws IOException {
        endpoint.close();
        sources.close();
        cluster.close();
        broker.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What a Kafka consumer needs that throws everything away. */
    @Benchmark
    public int consumer() {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            int count = 0;
            for (int more = 1; more > 0 && count < records; count += more) {
                more = consumer.poll(PATIENCE).count();
            }
            return whole(count);
        }
    }

    /** The source alone: every record an event with its id. */
    @Benchmark
    public int source() {
        Thread self = Thread.currentThread();
        EventSource topic = cluster.topic(TOPIC);
        Caller caller = Caller.at(new InetSocketAddress(0));
        int count = 0;
        try (Cursor cursor =
                topic.open(Subscription.parse(TOPIC + "?from=earliest&until=latest", Bytes.EMPTY, caller))) {
            cursor.onReady(() -> LockSupport.unpark(self));
            for (Signal signal = cursor.poll(); !(signal instanceof Signal.End); signal = cursor.poll()) {
                if (signal instanceof Event) {
                    count++;
                } else {
                    LockSupport.park(this);
                }
            }
        }
        return whole(count);
    }

    /** All the way to a client of server-sent events, which counts blocks. */
    @Benchmark
    public int sse() throws IOException {
        try (Socket socket =
                new Socket(endpoint.address().getAddress(), endpoint.address().getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("GET /events/" + TOPIC + "?from=earliest&until=latest HTTP/1.1\r\nHost: here\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[64 << 10];
            int count = 0;
            int matched = 0;
            byte[] wanted = "\ndata: x".getBytes(StandardCharsets.US_ASCII);
            for (int length = 0; length >= 0 && count < records; ) {
                length = in.read(buffer);
                for (int i = 0; i < length; i++) {
                    matched = buffer[i] == wanted[matched] ? matched + 1 : buffer[i] == wanted[0] ? 1 : 0;
                    if (matched == wanted.length) {
                        count++;
                        matched = 0;
                    }
                }
            }
            return whole(count);
        }
    }

    private int whole(int count) {
        if (count != records) {
            throw new IllegalStateException(count + " of " + records + " records");
        }
        return count;
    }
}
