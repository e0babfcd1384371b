package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cursor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ChecksumsTest {

    @TempDir
    private Path folder;

    @Test
    void progressEndsWithTheChecksumOfAllFiles() throws Exception {
        byte[] one = new byte[300_000];
        new Random(3).nextBytes(one);
        Files.write(folder.resolve("b"), one);
        Files.writeString(folder.resolve("a"), "first");
        Files.createDirectory(folder.resolve("c"));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update("first".getBytes());
        digest.update(one);
        try (Checksums checksums = new Checksums(folder)) {
            Cursor watcher = Streams.open(checksums, "", "");
            Cursor other = Streams.open(checksums, "", "");
            String result = "{\"done\":300005,\"total\":300005,\"result\":{\"files\":2,\"sha256\":\""
                    + HexFormat.of().formatHex(digest.digest()) + "\"}}";
            assertThat(Streams.all(watcher)).endsWith(result);
            assertThat(Streams.all(other)).endsWith(result);
        }
    }

    @Test
    void whoComesAfterTheEndBeginsItAnew() throws Exception {
        Files.writeString(folder.resolve("a"), "first");
        try (Checksums checksums = new Checksums(folder)) {
            List<String> before = Streams.all(Streams.open(checksums, "", ""));
            Files.writeString(folder.resolve("a"), "other");
            List<String> after = Streams.all(Streams.open(checksums, "", ""));
            assertThat(after.getLast()).isNotEqualTo(before.getLast());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?rows=1", "?after=1.a.b.c", "?from=last:3", "?from=2026-01-01T00:00:00Z", "?until=latest"})
    void whatIsNotAllowedIsRefused(String query) {
        try (Checksums source = new Checksums(folder)) {
            Streams.assertRefused(source, query, "");
        }
    }

    @Test
    void aBodyIsRefused() {
        try (Checksums source = new Checksums(folder)) {
            Streams.assertRefused(source, "", "a prompt");
        }
    }
}
