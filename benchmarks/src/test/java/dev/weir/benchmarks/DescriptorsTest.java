package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a process may open enough files, as the kernel tells it of each. */
class DescriptorsTest {

    private static final String LIMITS = "Max open files            4096                 8192                 files\n";

    @TempDir
    private Path process;

    @Test
    void whoMayOpenTooFewIsToldHowManyItTakesAndWhatElseToDo() throws IOException {
        Files.writeString(process.resolve("limits"), LIMITS);
        Files.createDirectories(process.resolve("fd/0"));
        Descriptors.require(process, "the server", 4_000, "choose fewer");
        CannotMeasure no = catchThrowableOfType(
                CannotMeasure.class, () -> Descriptors.require(process, "the server", 4_096, "choose fewer"));
        assertThat(no)
                .hasMessage("4096 connections: the server may have 4096 files open, and has 1; raise the limit with"
                        + " `ulimit -n 4161`, or choose fewer");
    }

    @Test
    void everyScenarioTellsHowManyConnectionsItOpens() {
        assertThat(Scenarios.full(List.of("weir")).all())
                .filteredOn(one ->
                        List.of(Scenarios.LIVE, Scenarios.MANY, Scenarios.IDLE).contains(one.name()))
                .extracting(Scenario::connections)
                .containsExactly(1_000, 5_000, 10_000);
    }
}
