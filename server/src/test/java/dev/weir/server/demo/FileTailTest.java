package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FileTailTest {

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("system.log");
    }

    private void add(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Cursor tail(String query) {
        return Streams.open(new FileTail(file), query, "");
    }

    private static String next(Cursor cursor) {
        Signal signal = cursor.poll();
        while (signal == null) {
            Thread.onSpinWait();
            signal = cursor.poll();
        }
        return ((Event) signal).data().toText();
    }

    @Test
    void aLineIsAnEventOnceItIsWhole() throws Exception {
        add("one\ntwo\nthr");
        try (Cursor cursor = tail("?from=earliest")) {
            assertThat(next(cursor)).isEqualTo("one");
            assertThat(next(cursor)).isEqualTo("two");
            assertThat(cursor.poll()).isNull();
            add("ee\n\n");
            assertThat(next(cursor)).isEqualTo("three");
            assertThat(next(cursor)).isEmpty();
        }
    }

    @Test
    void whatWasThereIsLeftOutUnlessItIsAskedFor() throws Exception {
        add("old\n");
        try (Cursor cursor = tail("")) {
            add("new\n");
            assertThat(next(cursor)).isEqualTo("new");
        }
    }

    @Test
    void itHasNoEndOfItsOwn() {
        try (Cursor cursor = tail("")) {
            assertThat(cursor.bounded()).isFalse();
        }
    }

    @Test
    void itGoesOnInTheNewFileAfterARotation() throws Exception {
        add("one\n");
        try (Cursor cursor = tail("?from=earliest")) {
            assertThat(next(cursor)).isEqualTo("one");
            add("two\nend without a line feed");
            Files.move(file, directory.resolve("system.log.1"));
            add("three\n");
            assertThat(next(cursor)).isEqualTo("two");
            assertThat(next(cursor)).isEqualTo("end without a line feed");
            assertThat(next(cursor)).isEqualTo("three");
            add("four\n");
            assertThat(next(cursor)).isEqualTo("four");
        }
    }

    @Test
    void aFileThatIsCutShortIsReadFromItsBeginning() throws Exception {
        add("a long line that will be gone\n");
        try (Cursor cursor = tail("?from=earliest")) {
            assertThat(next(cursor)).startsWith("a long");
            Files.writeString(file, "short\n");
            assertThat(next(cursor)).isEqualTo("short");
        }
    }

    @Test
    void aFileThatIsNotThereYetIsWaitedFor() throws Exception {
        try (Cursor cursor = tail("")) {
            add("first\n");
            assertThat(next(cursor)).isEqualTo("first");
        }
    }

    @Test
    void theLogOfTheDemoIsRotated() throws Exception {
        LogFile log = new LogFile(file, 100);
        try (Cursor cursor = tail("")) {
            for (int n = 0; n < 50; n++) {
                log.add("line " + n);
                assertThat(next(cursor)).isEqualTo("line " + n);
            }
        }
        assertThat(Files.size(file)).isLessThan(200);
        assertThat(directory.resolve("system.log.1")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?rows=1", "?after=1.a.b.c", "?from=last:3", "?from=2026-01-01T00:00:00Z", "?until=latest"})
    void whatIsNotAllowedIsRefused(String query) {
        Streams.assertRefused(new FileTail(file), query, "");
    }

    @Test
    void aBodyIsRefused() {
        Streams.assertRefused(new FileTail(file), "", "a prompt");
    }
}
