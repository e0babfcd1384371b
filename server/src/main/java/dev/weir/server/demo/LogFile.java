package dev.weir.server.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** A file to which lines are added, and which is renamed and begun anew once it is large. For one thread. */
final class LogFile {

    private final Path file;
    private final long most;

    /**
     * @param file in a folder that may have to be made
     * @param most bytes, after which it becomes {@code <file>.1}
     */
    LogFile(Path file, long most) {
        this.file = file;
        this.most = most;
        try {
            Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        } catch (IOException impossible) {
            throw new UncheckedIOException("no folder for " + file, impossible);
        }
    }

    void add(String line) throws IOException {
        if (Files.exists(file) && Files.size(file) >= most) {
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.write(
                file,
                (line + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
