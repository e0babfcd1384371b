package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that tell numbers, and the result that they come from. */
class MeasuredPageTest {

    private static final Path HOME = Path.of(System.getProperty("weir.home", ".."));

    private static Evidence result() throws IOException {
        try (Stream<Path> files = Files.list(HOME.resolve("benchmarks/results"))) {
            List<Path> results = files.toList();
            assertThat(results).hasSize(1);
            return Evidence.read(results.getFirst());
        }
    }

    private static String page(String name) throws IOException {
        return Files.readString(HOME.resolve("docs/explanation").resolve(name));
    }

    @Test
    void whatWasMeasuredIsToldAsTheReportTellsIt() throws IOException {
        assertThat(result().isPartial()).isFalse();
        assertThat(page("measured.md")).endsWith(new Report(result()).markdown().strip() + "\n");
    }

    @Test
    void theChoiceIsBuiltOnTheSameNumbers() throws IOException {
        String page = page("choosing-a-transport.md");
        for (String advice : new Advice(result()).sentences()) {
            assertThat(page).contains("- " + advice + "\n");
        }
        String report = new Report(result()).markdown();
        String transports = report.substring(report.indexOf("## The transports"), report.indexOf("## The command"));
        List<String> rows =
                transports.lines().filter(line -> line.startsWith("| ")).toList();
        assertThat(rows)
                .hasSizeGreaterThan(8)
                .allSatisfy(row -> assertThat(page).contains(row));
    }
}
