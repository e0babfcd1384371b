package dev.weir.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Markdown files of the project. */
final class Pages {

    static final Path HOME =
            Path.of(System.getProperty("weir.home", "..")).toAbsolutePath().normalize();

    private Pages() {}

    /** Those at the top, those of the modules, and all under {@code docs}. */
    static List<Path> all() {
        try (Stream<Path> top = Files.find(HOME, 2, (file, attributes) -> page(file));
                Stream<Path> docs = Files.find(HOME.resolve("docs"), 9, (file, attributes) -> page(file))) {
            return Stream.concat(top, docs).distinct().sorted().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean page(Path file) {
        String path = HOME.relativize(file).toString();
        return path.endsWith(".md") && !path.contains("target/") && !path.contains("node_modules/");
    }

    static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static String name(Path page) {
        return HOME.relativize(page).toString();
    }
}
