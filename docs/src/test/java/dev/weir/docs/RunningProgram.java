package dev.weir.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A program: events go to its standard output, all else to its standard error. */
final class RunningProgram implements Copy {

    private final Process process;
    private final Path out;
    private final Path err;
    private final UnaryOperator<String> data;

    /**
     * Starts it.
     *
     * @param data what is data of what it prints
     */
    RunningProgram(List<String> command, Path folder, UnaryOperator<String> data) throws IOException {
        this.data = data;
        out = folder.resolve("out");
        err = folder.resolve("err");
        process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
    }

    @Override
    public String events() {
        String text = text(out);
        return data.apply(text.substring(0, text.lastIndexOf('\n') + 1));
    }

    @Override
    public String notes() {
        return text(err);
    }

    @Override
    public boolean over() {
        return !process.isAlive();
    }

    @Override
    public boolean refused() {
        return over() && process.exitValue() != 0;
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** What is there, even if it ends within a character. */
    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
