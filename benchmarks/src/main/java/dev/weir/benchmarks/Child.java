package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process that this one has started, and ends. Its output goes to a file. One thread. */
final class Child {

    private static final int BEAT_MILLIS = 20;
    private static final int LOG_LINES = 5;
    private static final Duration END_PATIENCE = Duration.ofSeconds(15);
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(2);
    private static final Pattern READY_LINE = Pattern.compile("ready (http://(\\S+)) pid \\d+");

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a process.
     *
     * @throws CannotMeasure it can't be started
     */
    static Child start(String name, List<String> command, Path directory) {
        try {
            Path log = Files.createTempFile(directory, name, ".log");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().merge("WEIR_JAVA_OPTS", Allocation.ADMITTED, (own, more) -> own + " " + more);
            Process process = builder.redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(log.toFile())
                    .start();
            return new Child(name, process, log);
        } catch (IOException failure) {
            throw new CannotMeasure(CannotMeasure.UNREACHABLE, name + " can't be started: " + failure.getMessage());
        }
    }

    /** The command of a class of this class path, on this JVM and its flags. */
    static List<String> java(Class<?> main, List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(Child::isForAll)
                .forEach(command::add);
        command.add(Allocation.ADMITTED);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }

    /** What is said of the JVM or of Netty must hold for Weir and its baselines alike. */
    static boolean isForAll(String flag) {
        return Stream.of("--", "-X", "-Dio.netty.").anyMatch(flag::startsWith);
    }

    /**
     * Waits until a server accepts connections: for its ready file, or a line {@code ready http://HOST:PORT pid N} of a baseline.
     *
     * @return {@code pid}, {@code http}, {@code grpc}, and what else the file tells
     * @throws CannotMeasure it ended, or is not ready in time, or the run is to end
     */
    JsonNode ready(Path file, Duration patience, Interruption interruption) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!interruption.asked(BEAT_MILLIS)) {
            try {
                if (Files.exists(file)) {
                    return new ObjectMapper().readTree(file.toFile());
                }
                Matcher line = READY_LINE.matcher(Files.readString(log));
                if (line.find()) {
                    return addresses(line.group(1), line.group(2));
                }
            } catch (IOException notYetWhole) {
                // the next look sees more of it
            }
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new CannotMeasure(
                        CannotMeasure.UNREACHABLE,
                        name
                                + (process.isAlive()
                                        ? " is not ready after " + patience.toSeconds() + " s"
                                        : " has ended")
                                + said());
            }
        }
        throw new CannotMeasure(CannotMeasure.UNREACHABLE, name + " was not awaited: interrupted");
    }

    private ObjectNode addresses(String http, String authority) {
        return new ObjectMapper()
                .createObjectNode()
                .put("pid", process.pid())
                .put("http", http)
                .put("grpc", authority);
    }

    /** Waits for its end; false if the run is to end before. */
    boolean ended(Interruption interruption) {
        while (process.isAlive()) {
            if (interruption.asked(BEAT_MILLIS)) {
                return false;
            }
        }
        return true;
    }

    /** Of one that has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** Its last lines, as the end of a message. */
    String said() {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
            return last.isEmpty() ? "" : "; it said: " + String.join(" | ", last);
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** Asks all of them and what they have started to end, and makes those who don't. Blocks until they are gone. */
    static void end(Collection<Child> children) {
        List<ProcessHandle> all = children.stream()
                .map(child -> child.process.toHandle())
                .flatMap(one -> Stream.concat(Stream.of(one), one.descendants()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        await(all, END_PATIENCE);
        all.forEach(ProcessHandle::destroyForcibly);
        await(all, KILL_PATIENCE);
    }

    private static void await(List<ProcessHandle> all, Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        while (all.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS));
        }
    }
}
