package dev.weir.embedded.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildKafkaTest {
    @TempDir
    Path data;

    @Test
    void acknowledgedRecordsOutliveAKillOnTheSamePort() throws Exception {
        try (ChildKafka kafka = ChildKafka.launch(Settings.in(data))) {
            String address = kafka.bootstrap();
            kafka.createTopic("orders", 1, Map.of());
            Clients.send(kafka, "orders", "first");

            kafka.kill();
            assertThat(kafka.running()).isFalse();
            kafka.start();
            assertThat(kafka.bootstrap()).isEqualTo(address);
            Clients.send(kafka, "orders", "second");
            assertThat(Clients.read(kafka, "orders", 2)).containsExactly("first", "second");
        }
    }

    @Test
    void aPausedBrokerAnswersNobodyUntilItIsResumed() throws Exception {
        try (ChildKafka kafka = ChildKafka.launch(Settings.in(data))) {
            kafka.createTopic("orders", 1, Map.of());
            try (var producer = Clients.producer(kafka, Duration.ofSeconds(1))) {
                Clients.send(producer, "orders", "before");
                kafka.pause();
                assertThatThrownBy(() -> Clients.send(producer, "orders", "during"))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);
                kafka.resume();
            }
            Clients.send(kafka, "orders", "after");
            assertThat(Clients.read(kafka, "orders", 2)).startsWith("before").contains("after");
            kafka.pause();
            kafka.stop();
            assertThat(kafka.running()).isFalse();
            assertThatThrownBy(kafka::pause).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aFailedStartShowsTheChildsLog() throws Exception {
        Path meta = Files.createDirectories(data.resolve("log")).resolve("meta.properties");
        assertThatThrownBy(() -> ChildKafka.launch(Settings.in(data)))
                .isInstanceOf(BrokerException.class)
                .hasMessageContainingAll("did not start; its log ends with:", meta + " is missing or damaged");
    }

    @Test
    void theChildEndsWithItsParent() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = parent.inputReader()) {
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            parent.destroyForcibly();
            child.onExit().get(20, TimeUnit.SECONDS);
            assertThat(child.isAlive()).isFalse();
        } finally {
            parent.destroyForcibly();
        }
    }

    /** A JVM with a child that says the child's process id and then waits to be killed. */
    static final class Parent {
        public static void main(String[] arguments) throws Exception {
            ChildKafka kafka = ChildKafka.launch(Settings.in(Path.of(arguments[0])));
            System.out.println(kafka.pid());
            System.in.read();
        }
    }
}
