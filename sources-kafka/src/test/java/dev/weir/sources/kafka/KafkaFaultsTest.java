package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.embedded.kafka.ChildKafka;
import dev.weir.embedded.kafka.EmbeddedKafka;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is paused, comes late, has lost the tail of its log, or holds batches that are broken on its disk. */
@Timeout(120)
class KafkaFaultsTest {

    /** Base offset and length of a batch, before what the length counts. */
    private static final int BATCH_HEAD = 12;

    @TempDir
    static Path data;

    private static ChildKafka broker;

    private final List<Reading> open = new ArrayList<>();
    private KafkaCluster cluster;
    private String topic;

    @BeforeAll
    static void start() {
        broker = ChildKafka.launch(EmbeddedKafka.Settings.in(data));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        cluster = new KafkaCluster(KafkaSettings.of(broker.bootstrap()));
        broker.createTopic(topic, 1, Map.of());
    }

    @AfterEach
    void close() {
        open.forEach(Reading::close);
        cluster.close();
    }

    /** As a client does: who is told that the broker is away tries again. */
    private Reading open(String query) {
        return open(cluster, query);
    }

    private Reading open(KafkaCluster node, String query) {
        Stage.await("the stream is opened", Duration.ofSeconds(20), () -> {
            try {
                open.add(Reading.open(node, topic, query));
                return true;
            } catch (Refusal refused) {
                assertThat(refused.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
                return false;
            }
        });
        return open.get(open.size() - 1);
    }

    private void publish(int from, int to) {
        List<Event> batch = new ArrayList<>();
        for (int n = from; n < to; n++) {
            batch.add(Event.of("number", "" + n).withKey(Bytes.utf8("k" + n)));
        }
        cluster.publish(topic, batch);
    }

    private KafkaProducer<String, String> transactional() {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", topic, "linger.ms", "1000"),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private Path log() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.endsWith(Path.of(topic + "-0", "00000000000000000000.log")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Flips bits in the last record of batches, so that their checksums are wrong. */
    private static void damage(Path log, Set<Long> bases) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(log));
        for (int at = 0; at < all.capacity(); ) {
            int end = at + BATCH_HEAD + all.getInt(at + Long.BYTES);
            if (bases.contains(all.getLong(at))) {
                all.put(end - 3, (byte) ~all.get(end - 3));
            }
            at = end;
        }
        Files.write(log, all.array());
    }

    @Test
    void e7_whatCannotBeReadIsAGapAndReadingGoesOnBehindIt() throws Exception {
        Reading live = open("from=latest");
        try (KafkaProducer<String, String> producer = transactional()) {
            producer.beginTransaction();
            int number = 0;
            for (int length : new int[] {2, 5, 100, 1, 1, 2}) {
                for (int n = 0; n < length; n++) {
                    producer.send(new ProducerRecord<>(topic, "" + number++));
                }
                producer.flush();
            }
            broker.stop();
            damage(log(), Set.of(2L, 7L, 108L));
            broker.start();
            producer.commitTransaction();
        }
        Stage.await("the return is noticed", Duration.ofSeconds(10), cluster::available);
        readAroundTheGaps(live);
        Reading history = open("from=earliest&until=latest");
        readAroundTheGaps(history);
        assertThat(history.next()).isInstanceOf(Signal.End.class);
        assertThat(cluster.damage().count()).isEqualTo(3);
    }

    private void readAroundTheGaps(Reading reading) throws InterruptedException {
        assertThat(reading.numbers(2)).containsExactly(0, 1);
        Signal.Gap first = gap(reading, 2, 7);
        gap(reading, 7, 107);
        assertThat(reading.numbers(1)).containsExactly(107);
        gap(reading, 108, 109);
        assertThat(reading.numbers(2)).containsExactly(109, 110);
        Reading again = open("after=" + first.id());
        gap(again, 7, 107);
        assertThat(again.numbers(1)).containsExactly(107);
    }

    private static Signal.Gap gap(Reading reading, long from, long to) throws InterruptedException {
        Signal signal = reading.next();
        assertThat(signal).isInstanceOfSatisfying(Signal.Gap.class, gap -> {
            assertThat(gap.reason()).isEqualTo(Signal.Reason.ITEM_FAILED);
            assertThat(gap.partition()).isZero();
            assertThat(gap.from()).isEqualTo(from);
            assertThat(gap.to()).isEqualTo(to);
            assertThat(gap.count()).isEmpty();
        });
        return (Signal.Gap) signal;
    }

    /** Cuts the log on the broker's disk after so many batches, as if an unclean leader had taken over. */
    private void truncate(int batches) throws IOException {
        broker.stop();
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(log()));
        int at = 0;
        for (int batch = 0; batch < batches; batch++) {
            at += BATCH_HEAD + all.getInt(at + Long.BYTES);
        }
        Files.write(log(), Arrays.copyOf(all.array(), at));
        try (Stream<Path> files = Files.list(log().getParent())) {
            for (Path file : files.filter(file -> file.toString().matches(".*(index|snapshot)"))
                    .toList()) {
                Files.delete(file);
            }
        }
        Stage.await("the loss is noticed", Duration.ofSeconds(20), () -> !cluster.available());
        broker.start();
        Stage.await("the return is noticed", Duration.ofSeconds(20), cluster::available);
    }

    @Test
    void i5_aLogThatHasLostItsTailIsToldWhateverWasWrittenSince() throws Exception {
        Reading live = open("from=latest");
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            publish(n, n + 1);
            ids.add(live.next().id());
        }
        truncate(3);
        assertThat(live.next()).isInstanceOfSatisfying(Signal.Stop.class, stop -> {
            assertThat(stop.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
            assertThat(stop.id()).isEqualTo(ids.get(5));
        });
        Reading kept = open("after=" + ids.get(1));
        assertThat(kept.numbers(1)).containsExactly(2);
        publish(100, 102);
        assertThat(kept.numbers(2)).as("with an id of what is left").containsExactly(100, 101);
        for (int seen : new int[] {3, 4, 5}) {
            lost(seen, ids.get(seen), List.of(100, 101));
        }
        publish(102, 110);
        for (int seen : new int[] {3, 5}) {
            lost(seen, ids.get(seen), IntStream.range(100, 110).boxed().toList());
        }
        assertThat(open("after=" + ids.get(2)).numbers(10)).startsWith(100).endsWith(109);
    }

    @Test
    void d3_manyWhoComeBackAfterAChangeOfLeadersAreServedSoon() throws Exception {
        Reading first = open("from=latest");
        publish(0, 3);
        assertThat(first.numbers(3)).endsWith(2);
        String id = first.cursor().position();
        broker.stop();
        broker.start();
        try (KafkaCluster node = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            assertThat(node.awaitAvailable(Duration.ofSeconds(20))).isTrue();
            List<Reading> back = new ArrayList<>();
            for (int n = 0; n < 200; n++) {
                back.add(Reading.open(node, topic, "after=" + id));
            }
            long started = System.nanoTime();
            back.forEach(reading -> assertThat(reading.cursor().poll()).isNull());
            node.publish(topic, List.of(Event.of("number", "3")));
            for (Reading reading : back) {
                assertThat(reading.numbers(1)).containsExactly(3);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
            back.forEach(Reading::close);
        }
    }

    /** A client that has seen records which are gone is told so, and gets all that took their place. */
    private void lost(int seen, String id, List<Integer> since) throws InterruptedException {
        for (KafkaCluster node : List.of(cluster, new KafkaCluster(KafkaSettings.of(broker.bootstrap())))) {
            Reading reading = open(node, "after=" + id);
            List<Integer> numbers = new ArrayList<>();
            long lost = 0;
            while (numbers.size() < since.size()) {
                Signal signal = reading.next();
                if (signal instanceof Signal.Gap gap) {
                    assertThat(gap.reason()).isEqualTo(Signal.Reason.LOG_TRUNCATED);
                    lost += gap.to() - gap.from();
                } else {
                    assertThat(signal).as("after %s", seen).isInstanceOf(Event.class);
                    numbers.add(Integer.parseInt(Stage.text((Event) signal)));
                }
            }
            reading.close();
            open.remove(reading);
            assertThat(numbers).as("after %s", seen).isEqualTo(since);
            assertThat(lost).as("after %s", seen).isEqualTo(seen + 1 - 3);
            if (node != cluster) {
                node.close();
            }
        }
    }

    /** How long it takes to refuse a stream, which must be for want of a broker. */
    private static Duration refusal(KafkaCluster node, String topic, String query) {
        long asked = System.nanoTime();
        assertThatThrownBy(() -> Reading.open(node, topic, query))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.SOURCE_UNAVAILABLE));
        return Duration.ofNanos(System.nanoTime() - asked);
    }

    @Test
    @Tag("faults")
    void l5_aBrokerThatIsPausedForTwentySecondsEndsNoStreamAndLetsNobodyWait() throws Exception {
        publish(0, 10);
        Reading live = open("from=earliest");
        assertThat(live.numbers(10)).endsWith(9);
        String id = live.cursor().position();
        try (Sources sources = new Sources().register(topic, cluster.topic(topic));
                Cursor watched = sources.open(
                        Subscription.parse(topic + "?heartbeat=1&from=latest", Bytes.EMPTY, Reading.CALLER));
                KafkaCluster other = new KafkaCluster(KafkaSettings.of(broker.bootstrap()))) {
            assertThat(other.awaitAvailable(Duration.ofSeconds(5))).isTrue();
            broker.pause();
            long paused = System.nanoTime();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                while (System.nanoTime() - paused < Duration.ofSeconds(20).toNanos()) {
                    List<Future<Duration>> waits = new ArrayList<>();
                    for (String query : List.of("from=latest", "from=earliest", "after=" + id)) {
                        waits.add(clients.submit(() -> refusal(other, topic, query)));
                    }
                    for (Future<Duration> wait : waits) {
                        assertThat(wait.get()).isLessThan(Duration.ofMillis(5_500));
                    }
                    Stage.await("a heartbeat", Duration.ofSeconds(2), () -> watched.poll() instanceof Signal.Heartbeat);
                }
            } finally {
                broker.resume();
            }
            Stage.await("the return is noticed", Duration.ofSeconds(10), other::available);
            Stage.await("the return is noticed", Duration.ofSeconds(10), cluster::available);
            publish(10, 20);
            assertThat(live.numbers(10)).startsWith(10).endsWith(19);
        }
    }

    @Test
    void l5_aBrokerThatComesLaterIsFoundWithoutARestart(@TempDir Path later) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (KafkaCluster node = new KafkaCluster(KafkaSettings.of("127.0.0.1:" + port))) {
            assertThat(refusal(node, topic, "from=latest")).isLessThan(Duration.ofMillis(5_500));
            assertThat(node.available()).isFalse();
            try (EmbeddedKafka late =
                    EmbeddedKafka.start(EmbeddedKafka.Settings.in(later).withPort(port))) {
                Stage.await("it is found", Duration.ofSeconds(10), node::available);
                late.createTopic(topic, 1, Map.of());
                try (Reading reading = Reading.open(node, topic, "from=latest")) {
                    node.publish(topic, List.of(Event.of("number", "1")));
                    assertThat(reading.numbers(1)).containsExactly(1);
                }
            }
        }
    }
}
