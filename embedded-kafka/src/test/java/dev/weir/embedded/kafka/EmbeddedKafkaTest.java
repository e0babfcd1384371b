package dev.weir.embedded.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.internals.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedKafkaTest {
    @TempDir
    Path data;

    @Test
    void aRestartKeepsRecordsAndClusterIdAndLeavesNoThread() throws Exception {
        Set<Thread> before = liveUserThreads();
        String clusterId;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(Settings.in(data))) {
            kafka.createTopic("orders", 1, Map.of("retention.ms", "-1"));
            Clients.send(kafka, "orders", "first");
            assertThat(Clients.read(kafka, "orders", 1)).containsExactly("first");
            clusterId = clusterId(kafka);
        }
        assertThat(liveUserThreads()).isSubsetOf(before);

        try (EmbeddedKafka kafka = EmbeddedKafka.start(Settings.in(data))) {
            assertThat(clusterId(kafka)).isEqualTo(clusterId);
            Clients.send(kafka, "orders", "second");
            assertThat(Clients.read(kafka, "orders", 2)).containsExactly("first", "second");
        }
    }

    @Test
    void topicsAreMadeOnRequestOnlyAndOnce() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(Settings.in(data))) {
            assertThat(topics(kafka)).isEmpty();
            assertThat(kafka.createTopicIfMissing("orders", 3, Map.of())).isTrue();
            assertThat(kafka.createTopicIfMissing("orders", 1, Map.of())).isFalse();
            assertThatThrownBy(() -> kafka.createTopic("orders", 1, Map.of()))
                    .isInstanceOf(BrokerException.class)
                    .hasMessage("topic orders exists already");
            assertThatThrownBy(() -> kafka.createTopic("bad", 1, Map.of("no.such.key", "1")))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContainingAll("cannot create topic bad on " + kafka.bootstrap(), "no.such.key");
            assertThat(topics(kafka)).containsExactly("orders");
            assertThat(kafka.deleteTopic("orders")).isTrue();
            assertThat(kafka.deleteTopic("orders")).isFalse();
            kafka.createTopic("orders", 1, Map.of());
            Clients.send(kafka, "orders", "new life");
            readsInAGroup(kafka, "orders");
        }
    }

    @Test
    void aFaultIsToldAndTheJvmGoesOn() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(Settings.in(data))) {
            var fault = kafka.fault().toCompletableFuture();
            assertThat(fault).isNotDone();
            Exit.halt(1, "the disk is gone");
            assertThat(fault.get(1, TimeUnit.SECONDS)).hasMessageContaining("status 1: the disk is gone");
        }
    }

    @Test
    void onlyLoopbackIsListenedOnAndADirectoryHasOneBroker() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(Settings.in(data))) {
            assertThat(kafka.bootstrap()).startsWith("127.0.0.1:");
            int port = Integer.parseInt(kafka.bootstrap().substring("127.0.0.1:".length()));
            try (ServerSocket neighbour = new ServerSocket()) {
                neighbour.bind(new InetSocketAddress("127.0.0.2", port));
                assertThat(neighbour.isBound()).isTrue();
            }
            assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data)))
                    .isInstanceOf(BrokerException.class)
                    .hasMessage("the data directory " + data + " is in use by another broker");
            assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data).withPort(port)))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void aBusyPortIsNamedAndNothingIsWritten() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Settings settings = Settings.in(data.resolve("new")).withPort(busy.getLocalPort());
            assertThatThrownBy(() -> EmbeddedKafka.start(settings))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + busy.getLocalPort())
                    .hasCauseInstanceOf(BindException.class);
            assertThat(data.resolve("new")).doesNotExist();
        }
    }

    @Test
    void anUnsecuredBrokerStaysOnLoopback() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedKafka.start(Settings.in(data).withHost("0.0.0.0")))
                .withMessageContainingAll("host: 0.0.0.0", "listener.security.protocol.map");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.in(data).with("listeners", "BROKER://0.0.0.0:9092"))
                .withMessageContaining("listeners");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void anUnfinishedFormatIsDoneAgain() throws Exception {
        Files.createDirectories(data.resolve("log.new").resolve("__cluster_metadata-0"));
        Files.writeString(data.resolve("log.new").resolve("meta.properties"), "version=1");
        Files.writeString(data.resolve("lock"), "");
        try (DataDirectory directory = DataDirectory.open(data, Seat.of(EmbeddedKafka.Settings.in(data)))) {
            assertThat(directory.log().resolve("meta.properties")).content().contains("cluster.id=");
        }
        assertThat(data.resolve("log.new")).doesNotExist();
    }

    @Test
    void aDamagedDirectoryIsNamed() throws Exception {
        Path meta = Files.createDirectories(data.resolve("log")).resolve("meta.properties");
        Files.writeString(meta, "");
        assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data)))
                .isInstanceOf(BrokerException.class)
                .hasMessageStartingWith(meta + " is missing or damaged: delete ");
    }

    @Test
    void aFaultWhileStartingIsReportedWithItsReason() throws Exception {
        try (DataDirectory directory = DataDirectory.open(data, Seat.of(EmbeddedKafka.Settings.in(data)))) {
            Path metadata = Files.createDirectories(directory.log().resolve("__cluster_metadata-0"));
            Files.writeString(metadata.resolve("quorum-state"), "damaged");
        }
        assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data)))
                .isInstanceOf(BrokerException.class)
                .hasMessageContainingAll(data.toString(), "did not start", "quorum-state");
    }

    @Test
    void anInvalidPropertyIsNamedAndTheDirectoryIsFreeAgain() {
        assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data).with("num.io.threads", "none")))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("num.io.threads");
        assertThatThrownBy(() -> EmbeddedKafka.start(Settings.in(data).with("num.io.threads", "none")))
                .hasMessageContaining("num.io.threads");
    }

    private static void readsInAGroup(Broker broker, String topic) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", broker.bootstrap(),
                "group.id", "readers",
                "group.protocol", "consumer",
                "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            int count = 0;
            while (count == 0 && System.nanoTime() < deadline) {
                count = consumer.poll(Duration.ofMillis(200)).count();
            }
            assertThat(count).isEqualTo(1);
            consumer.commitSync();
        }
    }

    private static String clusterId(Broker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            return admin.describeCluster().clusterId().get(20, TimeUnit.SECONDS);
        }
    }

    private static Set<String> topics(Broker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            return admin.listTopics().names().get(20, TimeUnit.SECONDS);
        }
    }

    private static Set<Thread> liveUserThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !thread.isDaemon())
                .collect(Collectors.toSet());
    }
}
