package dev.weir.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.run.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as people meet it: processes, their exit codes, and what they say. */
@Timeout(120)
class CommandLineTest {

    @TempDir
    private Path directory;

    @Test
    void helpNamesTheCommandsAndExitCodes() {
        try (Child child = Child.weir("--help")) {
            assertThat(child.exit()).isZero();
            assertThat(child.out())
                    .contains("demo", "serve", "tail", "publish", "topics", "completion", "load")
                    .contains("Exit codes:", "69");
        }
    }

    @Test
    void aWrongOptionIsUsage() {
        try (Child child = Child.weir("tail", "clock", "--form", "latest")) {
            assertThat(child.exit()).isEqualTo(2);
            assertThat(child.err()).contains("--form").contains("Usage: weir tail");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http-port", "--grpc-port", "--kafka-port"})
    void aBusyPortIsOneMessageThatNamesTheOption(String option) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String[] ports = {"--http-port", "0", "--grpc-port", "0", "--kafka-port", "0"};
            ports[List.of(ports).indexOf(option) + 1] = String.valueOf(taken.getLocalPort());
            try (Child child = demo(ports)) {
                assertThat(child.exit()).isEqualTo(69);
                assertThat(complaints(child))
                        .singleElement()
                        .asString()
                        .startsWith("weir: cannot listen on 127.0.0.1:" + taken.getLocalPort())
                        .contains(option);
            }
        }
    }

    private Child demo(String... ports) {
        return Child.weir(List.of(
                        "demo",
                        "--data",
                        directory.toString(),
                        ports[0],
                        ports[1],
                        ports[2],
                        ports[3],
                        ports[4],
                        ports[5])
                .toArray(String[]::new));
    }

    @Test
    void anUnreachableBrokerIsOneMessageThatNamesTheOption() {
        try (Child child = Child.weir(
                "serve",
                "--topics",
                "a",
                "--kafka",
                "127.0.0.1:1",
                "--http-port",
                "0",
                "--grpc-port",
                "0",
                "--admin-port",
                "0")) {
            assertThat(child.exit()).isEqualTo(69);
            assertThat(complaints(child))
                    .singleElement()
                    .asString()
                    .contains("no Kafka broker answers at 127.0.0.1:1", "--kafka");
        }
    }

    @Test
    void aWrongConfigurationNamesFileLineAndKey() throws IOException {
        Path file = Files.writeString(directory.resolve("weir.yaml"), "topics: [a]\nbound: 127.0.0.1\n");
        try (Child child = Child.weir("serve", "--config", file.toString())) {
            assertThat(child.exit()).isEqualTo(2);
            assertThat(complaints(child))
                    .singleElement()
                    .asString()
                    .startsWith("weir: " + file + ":2: bound: unknown key; allowed are kafka, topics");
        }
    }

    @Test
    void serveWithoutTopicsIsUsage() {
        try (Child child = Child.weir("serve", "--kafka", "127.0.0.1:1")) {
            assertThat(child.exit()).isEqualTo(2);
            assertThat(child.err()).contains("--topics");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1000y, 'allowed is RATE[xSIZE][+BURST]'",
        "100000000, rate=100000000: allowed are 0 to 10000000",
        "1x99999999, size=99999999: allowed are 0 to 16777216"
    })
    void aBenchTopicThatCannotBeIsUsage(String pace, String message) {
        try (Child child = Child.weir("serve", "--bench-topic", pace)) {
            assertThat(child.exit()).isEqualTo(2);
            assertThat(child.err()).contains("--bench-topic", message);
        }
    }

    @Test
    void aTopicIsEitherListedOrGenerated() {
        try (Child child = Child.weir("serve", "--bench-topic", "--topics", "bench", "--kafka", "127.0.0.1:1")) {
            assertThat(child.exit()).isEqualTo(2);
            assertThat(child.err()).contains("bench: listed in topics, and a generator too");
        }
    }

    @Test
    void aServerThatIsNotThereIsOneMessage() {
        try (Child child = Child.weir("topics", "--http", "http://127.0.0.1:1")) {
            assertThat(child.exit()).isEqualTo(69);
            assertThat(complaints(child)).singleElement().asString().contains("127.0.0.1:1", "--http");
        }
    }

    @Test
    void theCompletionScriptIsOneForBash() {
        try (Child child = Child.weir("completion")) {
            assertThat(child.exit()).isZero();
            assertThat(child.out()).startsWith("#!/usr/bin/env bash").contains("--ready-file");
        }
    }

    @Test
    void linesArePublishedAndTailedOverEveryTransport() throws IOException {
        Path lines = Files.writeString(directory.resolve("lines"), "one\ntwo\n{\"three\":3}\n");
        try (Running server = Running.with("orders")) {
            String http = server.ready.http();
            try (Child publish = Child.weir(lines, "publish", "orders", "--key", "k", "--type", "t", "--http", http)) {
                assertThat(publish.exit()).as(publish::err).isZero();
                assertThat(publish.err()).isEqualTo("weir: 3 acknowledged\n");
            }
            for (String via : List.of("sse", "ndjson", "grpc")) {
                try (Child tail = Child.weir(
                        "tail",
                        "orders",
                        "--via",
                        via,
                        "--from",
                        "earliest",
                        "--limit",
                        "3",
                        "--http",
                        http,
                        "--grpc",
                        server.ready.grpc())) {
                    assertThat(tail.exit()).as(tail::err).isZero();
                    assertThat(tail.out()).as(via).isEqualTo("one\ntwo\n{\"three\":3}\n");
                }
            }
            try (Child topics = Child.weir("topics", "--http", http)) {
                assertThat(topics.exit()).isZero();
                assertThat(topics.out()).isEqualTo("orders\t1\n");
            }
            try (Child unknown = Child.weir("tail", "order", "--http", http)) {
                assertThat(unknown.exit()).isEqualTo(2);
                assertThat(complaints(unknown)).containsExactly("weir: no topic order; did you mean orders?");
            }
        }
    }

    private static List<String> complaints(Child child) {
        return child.err()
                .lines()
                .filter(line -> !line.startsWith("weir: starting"))
                .toList();
    }
}
