package dev.weir.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** {@code weir} as a process of its own, as the launcher starts it. Killed when closed, if it still runs. */
public final class Child implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public final Process process;
    private final Path out;
    private final Path err;

    private Child(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    public static Child weir(String... args) {
        return weir(null, List.of(), args);
    }

    static Child weir(Path in, String... args) {
        return weir(in, List.of(), args);
    }

    /** With options of the JVM, such as {@code -Xmx64m}. */
    public static Child weir(@Nullable Path in, List<String> jvm, String... args) {
        try {
            Path out = Files.createTempFile("weir", ".out");
            Path err = Files.createTempFile("weir", ".err");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--sun-misc-unsafe-memory-access=allow",
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1"));
            command.addAll(jvm);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.weir.server.Weir"));
            command.addAll(List.of(args));
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            if (in != null) {
                builder.redirectInput(in.toFile());
            }
            return new Child(builder.start(), out, err);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Whether a child gets SIGINT: a shell that starts a command in the background has it ignored, for all that come from it. */
    static boolean interruptible() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .allMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) == 0);
        } catch (IOException noProc) {
            return true;
        }
    }

    public int exit() {
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(() -> "ended; it said: " + err())
                    .isTrue();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
        return process.exitValue();
    }

    public String out() {
        return read(out);
    }

    public String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** What the ready file says, as soon as it is there. */
    public JsonNode ready(Path file) {
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(file) || !process.isAlive());
        assertThat(file).as(this::err).exists();
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException torn) {
            throw new AssertionError(torn);
        }
    }

    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }
}
