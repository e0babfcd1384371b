package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.tck.LoopbackHarness;
import dev.weir.tck.Probe;
import dev.weir.tck.Reception;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLinesTest {

    @TempDir
    private Path folder;

    private final LoopbackHarness loopback = new LoopbackHarness();
    private Sources sources;
    private Endpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        sources = new Sources().register("lines", new FileLines(folder, Set.of("today.log", "later.log")));
        endpoint = loopback.open(sources);
    }

    @AfterEach
    void close() throws IOException {
        endpoint.close();
        sources.close();
    }

    // snippet:probe
    @Test
    void soManyLinesAreReadAndNoMore() throws IOException {
        Files.writeString(folder.resolve("today.log"), "one\ntwo\nthree\n");
        try (Probe probe = Probe.open(sources, "lines?file=today.log").within(Duration.ofSeconds(5))) {
            assertThat(probe.texts(2)).containsExactly("one", "two");
            assertThat(probe.rest()).hasSize(1);
        }
    }
    // end:probe

    // snippet:cold-test
    @Test
    void aFileIsAStreamWithAnEnd() throws IOException {
        Files.writeString(folder.resolve("today.log"), "one\ntwo\nthree\n");
        Reception client = loopback.connect(endpoint.address(), "lines?file=today.log", Map.of());
        assertThat(client.events(3).stream().map(Stage::text)).containsExactly("one", "two", "three");
        assertThat(client.next(Signal.End.class).events()).isEqualTo(3);
        assertThat(client.complete()).isTrue();
    }

    @Test
    void aParameterThatIsMissingIsRefusedByName() {
        assertThatThrownBy(() -> loopback.connect(endpoint.address(), "lines", Map.of()))
                .isInstanceOfSatisfying(Refusal.class, no -> {
                    assertThat(no.code()).isEqualTo(Code.BAD_REQUEST);
                    assertThat(no.getMessage()).contains("file");
                });
    }
    // end:cold-test

    @Test
    void aNameThatIsNotOfferedIsNotFound() {
        assertThatThrownBy(() -> loopback.connect(endpoint.address(), "lines?file=..%2Fsecret", Map.of()))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void aFileThatCannotBeReadIsARefusalThatNamesNoPath() {
        assertThatThrownBy(() -> loopback.connect(endpoint.address(), "lines?file=later.log", Map.of()))
                .isInstanceOfSatisfying(Refusal.class, no -> {
                    assertThat(no.code()).isEqualTo(Code.INTERNAL);
                    assertThat(no.getMessage()).doesNotContain("later.log");
                });
    }
}
