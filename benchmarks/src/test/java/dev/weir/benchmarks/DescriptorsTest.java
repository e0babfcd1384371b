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
    void everyScenarioTellsHowManyFilesItTakesWhereAListenerHasAShareOfThemOnly() {
        assertThat(Scenarios.full(List.of("weir"), 20_000).all())
                .filteredOn(one ->
                        List.of(Scenarios.LIVE, Scenarios.MANY, Scenarios.IDLE).contains(one.name()))
                .extracting(Scenario::files)
                .containsExactly(3_000, 15_000, 15_000);
    }

    @Test
    void asManyIdleConnectionsAreHeldAsThereMayBeFilesUpToTwentyThousand() {
        assertThat(idle(20_000)).isEqualTo("--memory=0,2500,5000,7500,10000");
        assertThat(idle(65_536)).isEqualTo("--memory=0,5000,10000,15000,20000");
        assertThat(idle(0)).isEqualTo("--memory=0,5000,10000,15000,20000");
    }

    private static String idle(long descriptors) {
        List<Scenario> all = Scenarios.full(List.of("weir"), descriptors).all();
        return BenchCommand.named(Scenarios.IDLE, all).runs().getFirst().options().stream()
                .filter(option -> option.startsWith("--memory="))
                .findFirst()
                .orElseThrow();
    }
}
