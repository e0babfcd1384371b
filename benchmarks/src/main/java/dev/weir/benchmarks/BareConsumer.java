package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a Kafka consumer costs that throws everything away: the least that anybody pays who reads a topic. */
@Command(
        name = "consumer",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Reads a topic with one partition of measured events, and tells what that costs. Checks the order, and of"
                        + " new records that they are whole.")
public final class BareConsumer implements Callable<Integer> {

    @Option(names = "--bootstrap", required = true, description = "HOST:PORT of a broker")
    private String bootstrap = "";

    @Option(names = "--topic", required = true, description = "a topic with one partition")
    private String topic = "";

    @Option(names = "--records", description = "so many from the beginning, instead of new ones")
    private long records;

    @Option(names = "--before", description = "with --records: reads them so often before, which warms up (default: 0)")
    private int before;

    @Option(names = "--warmup", defaultValue = "5", description = "seconds, without --records (default: 5)")
    private double warmup;

    @Option(names = "--duration", defaultValue = "20", description = "seconds of new records, or at most (default: 20)")
    private double duration;

    @Option(names = "--json", description = "where the result is written, as weir load does")
    private @Nullable Path json;

    private final Sample sample = new Sample();
    private final Histogram latency = new Histogram(3);
    private long wrong;
    private long next = -1;

    BareConsumer() {}

    /**
     * Runs it once.
     *
     * @param args the options; {@code --help} tells them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BareConsumer()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            if (records == 0) {
                consumer.seekToEnd(List.of(partition));
                read(consumer, warmup, Long.MAX_VALUE);
            }
            for (int pass = 0; pass < before; pass++) {
                rewind(consumer, partition);
                read(consumer, duration, records);
            }
            if (records > 0) {
                rewind(consumer, partition);
            }
            latency.reset();
            long begin = System.nanoTime();
            long cpu = Watch.self().use().cpuMicros();
            long count = read(consumer, duration, records == 0 ? Long.MAX_VALUE : records);
            double micros = Watch.self().use().cpuMicros() - cpu;
            return tell(count, (System.nanoTime() - begin) / 1e9, micros);
        }
    }

    private void rewind(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        consumer.seekToBeginning(List.of(partition));
        next = -1;
    }

    private long read(KafkaConsumer<byte[], byte[]> consumer, double seconds, long most) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long count = 0;
        while (count < most && System.nanoTime() < end) {
            for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(20))) {
                count++;
                if (next >= 0 && one.offset() != next) {
                    wrong++;
                }
                next = one.offset() + 1;
                if (records == 0) {
                    late(one.value());
                }
            }
        }
        return Math.min(count, most);
    }

    private void late(byte[] data) {
        if (sample.read(data, 0, data.length)) {
            latency.recordValue(Math.max(0, Tally.unixNanos() - sample.ts()));
        } else {
            wrong++;
        }
    }

    private int tell(long count, double seconds, double cpuMicros) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode result = mapper.createObjectNode();
        ObjectNode run = result.putArray("runs").addObject();
        ObjectNode figures = run.putObject("figures");
        figures.put(Metric.DELIVERED.field(), count);
        figures.put(Metric.RATE.field(), count / seconds);
        if (count > 0) {
            figures.put(Metric.CPU.field(), cpuMicros / count);
        }
        if (latency.getTotalCount() > 0) {
            figures.put(Metric.P50.field(), latency.getValueAtPercentile(50) / 1e3);
            figures.put(Metric.P99.field(), latency.getValueAtPercentile(99) / 1e3);
        }
        var failures = run.putArray("failures");
        if (wrong > 0 || count == 0 || count < records) {
            failures.add(count + " records, " + wrong + " of them torn or out of order");
        }
        if (json == null) {
            System.out.println(result);
        } else {
            mapper.writeValue(json.toFile(), result);
        }
        return failures.isEmpty() ? 0 : Rig.FAILED;
    }
}
