package dev.weir.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadyTest {

    private static final Ready READY =
            new Ready(42, "http://127.0.0.1:8080", "127.0.0.1:50051", "127.0.0.1:9092", Optional.empty());

    @TempDir
    private Path directory;

    @Test
    void theFileHoldsOneObjectAndNothingElseIsLeft() throws IOException {
        Path file = Files.writeString(directory.resolve("r.json"), "old");

        READY.writeTo(file);

        assertThat(file)
                .content()
                .isEqualTo("{\"pid\":42,\"http\":\"http://127.0.0.1:8080\",\"grpc\":\"127.0.0.1:50051\","
                        + "\"kafka\":\"127.0.0.1:9092\"}\n");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatCannotBeWrittenNamesTheOption() {
        assertThatExceptionOfType(CannotStart.class)
                .isThrownBy(() -> READY.writeTo(directory.resolve("none/r.json")))
                .withMessageContaining("--ready-file");
    }

    @Test
    void addressesAreThoseToConnectTo() {
        Ready ready = Ready.of(
                new InetSocketAddress("0.0.0.0", 1),
                new InetSocketAddress("::1", 2),
                "k:3",
                Optional.of(new InetSocketAddress("127.0.0.1", 4)));

        assertThat(ready.http()).isEqualTo("http://127.0.0.1:1");
        assertThat(ready.grpc()).isEqualTo("[0:0:0:0:0:0:0:1]:2");
        assertThat(ready.admin()).hasValue("http://127.0.0.1:4");
        assertThat(ready.pid()).isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void withoutAClusterNothingIsToldOfOne() {
        Ready alone = new Ready(42, "http://127.0.0.1:8080", "127.0.0.1:50051", "", Optional.empty());

        assertThat(alone.json()).doesNotContain("kafka");
        assertThat(Welcome.text(alone, List.of("bench"), List.of(), "bench", ""))
                .contains("curl -N 'http://127.0.0.1:8080/events/bench'", "\n\nCtrl-C")
                .doesNotContain("publish", "kcat");
    }

    @Test
    void theWelcomeHasALineForEveryWay() {
        assertThat(Welcome.text(
                        READY, List.of("clock", "playground"), List.of("report", "tokens"), "clock", "playground"))
                .contains(
                        "Topics: clock, playground\nStreams made for who reads them: report, tokens\n",
                        "curl -N 'http://127.0.0.1:8080/events/clock'",
                        "curl -N 'http://127.0.0.1:8080/streams/clock'",
                        "grpcurl -plaintext -d '{\"topics\":[\"clock\"]}' 127.0.0.1:50051",
                        "buf curl --protocol grpc --http2-prior-knowledge",
                        "kcat -P -b 127.0.0.1:9092 -t playground",
                        "browser   http://127.0.0.1:8080/");
    }
}
