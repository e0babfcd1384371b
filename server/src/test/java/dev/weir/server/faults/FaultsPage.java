package dev.weir.server.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.opentest4j.TestAbortedException;

/**
 * The page of results: a table with one row for each experiment, the latest. With {@code -Pfaults} it is the one in the
 * documentation, otherwise a copy of it in {@code target}. Several processes may write, in turns.
 */
final class FaultsPage {

    private static final boolean KEPT = Boolean.getBoolean("weir.faults");
    private static final Path PAGE = Path.of(System.getProperty("weir.home", ".."), "docs", "reference", "faults.md");
    private static final Path TURNS = Path.of("target", "faults.lock");
    private static final String ROW = "| E-";

    private FaultsPage() {}

    static synchronized void write(Experiment experiment, String seen, Optional<Throwable> failure) {
        try (FileChannel turns = FileChannel.open(TURNS, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock turn = turns.lock()) {
            Path page = KEPT ? PAGE : TURNS.resolveSibling("faults.md");
            List<String> lines = Files.readAllLines(Files.exists(page) ? page : PAGE);
            TreeMap<String, String> rows = new TreeMap<>();
            lines.stream().filter(line -> line.startsWith(ROW)).forEach(row -> rows.put(id(row), row));
            rows.put(experiment.id(), row(experiment, seen, failure));
            List<String> written = new ArrayList<>();
            for (String line : lines) {
                if (line.startsWith("|---")) {
                    written.add(line);
                    written.addAll(rows.values());
                } else if (!line.startsWith(ROW)) {
                    written.add(line);
                }
            }
            Files.write(page, written);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String id(String row) {
        return row.split("\\|", 3)[1].strip();
    }

    static String row(Experiment experiment, String seen, Optional<Throwable> failure) {
        String holds = failure.map(why -> "**no**: " + why(experiment, why)).orElse("yes");
        return "| " + experiment.id() + " | " + cell(experiment.fault()) + " | " + cell(experiment.done()) + " | "
                + cell(seen) + " | " + cell(holds) + " | " + LocalDate.now(ZoneOffset.UTC) + " |";
    }

    private static String why(Experiment experiment, Throwable failure) {
        String message =
                failure instanceof TestAbortedException ? experiment.open() : String.valueOf(failure.getMessage());
        return message.length() > 300 ? message.substring(0, 300) + "..." : message;
    }

    private static String cell(String text) {
        return text.replaceAll("\\s+", " ").replace("|", "\\|").strip();
    }
}
