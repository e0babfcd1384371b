package dev.weir.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.Limits;
import dev.weir.Subscription.Slow;
import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {

    @TempDir
    private Path directory;

    @Test
    void everythingIsRead() throws IOException {
        Config config = read("""
                kafka:
                  bootstrap.servers: a:1,b:2
                  linger.ms: 5
                topics: [orders, payments]
                generators:
                  bench: {rate: 1_000, size: 64, burst: 20_000, keep: 30_000}
                  through: {kafka: true}
                bind: 0.0.0.0
                http-port: 1
                grpc-port: 2
                admin-bind: 127.0.0.2
                admin-port: 3
                hosts:
                  - events.example.org
                access-topic: log
                limits:
                  max-event-bytes: 10
                  max-body-bytes: 1_000
                  file-chunk-bytes: 8_192
                  max-streams: 1
                  max-streams-per-address: 2
                  max-starts-per-second: 3
                  max-starts-per-second-per-address: 4
                  max-duration: 5
                  slow: [lag, drop-oldest]
                drain: 6
                linger-ms: 7
                """);

        assertThat(config.kafka()).containsEntry("bootstrap.servers", "a:1,b:2").containsEntry("linger.ms", "5");
        assertThat(config.topics()).containsExactlyInAnyOrder("orders", "payments");
        assertThat(config.generators())
                .isEqualTo(Map.of(
                        "bench", new Config.Generated(new Pace(1000, 64, 20_000), OptionalInt.of(30_000), false),
                        "through", new Config.Generated(new Pace(100, 128, 0), OptionalInt.empty(), true)));
        assertThat(config.names()).containsExactly("bench", "orders", "payments", "through");
        assertThat(config.listeners().bind()).isEqualTo("0.0.0.0");
        assertThat(config.listeners().http()).isEqualTo(1);
        assertThat(config.listeners().grpc()).isEqualTo(2);
        assertThat(config.listeners().adminBind()).isEqualTo("127.0.0.2");
        assertThat(config.listeners().admin()).hasValue(3);
        assertThat(config.hosts()).containsExactly("events.example.org");
        assertThat(config.accessTopic()).hasValue("log");
        assertThat(config.limits().maxEventBytes()).isEqualTo(10);
        assertThat(config.limits().maxBodyBytes()).isEqualTo(1000);
        assertThat(config.limits().fileChunk()).isEqualTo(8192);
        assertThat(config.limits().streams())
                .isEqualTo(new Limits(1, 2, 3, 4, Duration.ofSeconds(5), Set.of(Slow.LAG, Slow.DROP_OLDEST)));
        assertThat(config.drain()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.linger()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void theExampleIsOne() throws IOException {
        assertThat(read(ConfigFile.example()).topics()).containsExactlyInAnyOrder("orders", "payments");
    }

    @Test
    void anEmptyFileIsEveryDefault() throws IOException {
        assertThat(read("# nothing\n")).isEqualTo(Config.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bind: a\\nhttp-prot: 1       | :2: http-prot: unknown key; allowed are kafka, topics",
                "limits:\\n  max-bytes: 1     | :2: limits.max-bytes: unknown key; allowed are max-event-bytes",
                "http-port: 70000             | :1: http-port: 70000 is not allowed; allowed are whole numbers from 0",
                "topics: orders               | :1: topics: allowed is a list",
                "topics:\\n  - ok\\n  - a b  | :3: topics: a b is no name of a topic",
                "limits:\\n  file-chunk-bytes: 8191 | :2: limits.file-chunk-bytes: 8191 is not allowed; allowed are whole numbers from 8192 to 65536",
                "limits:\\n  slow: [fast]     | :2: limits.slow: fast is not allowed; allowed are lag, drop-oldest",
                "limits:\\n  slow: lag        | :2: limits.slow: allowed is a list",
                "generators: [a]              | :1: generators: allowed is a map of topics by name",
                "generators:\\n  a: {rte: 1} | :2: generators.a.rte: unknown key; allowed are rate, size, burst",
                "generators:\\n  a b: {}     | :2: generators: a b is no name of a topic",
                "generators: {a: {rate: -1}}  | :1: generators.a.rate: -1 is not allowed",
                "generators: {a: {kafka: on}} | :1: generators.a.kafka: on is not allowed; allowed are true, false",
                "generators: {a: {keep: 1, kafka: true}} | :1: generators.a.keep: the cluster decides",
                "files: [a]                   | :1: files: allowed is a map of folders by name",
                "files: {a: nowhere}          | :1: files.a: there is no folder",
                "files:\\n  a/b: .            | :2: files: a/b is no name of a folder",
                "files:\\n  ..: .             | :2: files: .. is no name of a folder",
                "files: {a: [b]}              | :1: files.a: allowed is a plain value",
                "drain: -1                    | :1: drain: -1 is not allowed; allowed are whole numbers from 0",
                "kafka: [a]                   | :1: kafka: allowed is a map",
                "kafka:\\n  ssl: {a: b}       | :2: kafka.ssl: allowed is a plain value",
                "bind: a\\nbind: b            | :2: ",
                "topics: [a                    | no YAML",
                "just text                    | the file: allowed is a map",
            })
    void whatIsWrongIsNamed(String yaml, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml.replace("\\n", "\n") + "\n"))
                .withMessageContaining(message.strip());
    }

    @Test
    void aGeneratorHoldsItsBurst() {
        Retention held = generated(1024, 50_000, OptionalInt.empty()).retention(Duration.ZERO);
        assertThat(held.events()).isEqualTo(50_000);
        assertThat(held.bytes()).isGreaterThan(50_000 * 1024L);
        assertThat(generated(64, 10, OptionalInt.empty()).retention(Duration.ZERO))
                .isEqualTo(Retention.DEFAULT);
        assertThat(generated(64, 10, OptionalInt.of(5)).retention(Duration.ZERO).events())
                .isEqualTo(10);
    }

    private static Config.Generated generated(int size, int burst, OptionalInt keep) {
        return new Config.Generated(new Pace(1, size, burst), keep, false);
    }

    @Test
    void aFolderIsSeenFromTheFile() throws IOException {
        Files.createDirectory(directory.resolve("exports"));
        assertThat(read("files: {reports: exports, all: " + directory + "}\n").files())
                .isEqualTo(Map.of("reports", directory.resolve("exports"), "all", directory));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigFile.read(directory.resolve("none.yaml")))
                .withMessageEndingWith("none.yaml: there is no such file");
    }

    private Config read(String yaml) throws IOException {
        return ConfigFile.read(Files.writeString(directory.resolve("weir.yaml"), yaml));
    }
}
