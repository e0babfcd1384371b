package dev.weir.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a process on this host uses: the figures of Linux, and of a JVM its heap. Any thread. */
final class Watch {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long TICKS_PER_SECOND = ticksPerSecond();
    private static final Pattern USED = Pattern.compile("\\bused (\\d+)([BKMG])");
    private static final int STATE = 3;
    private static final int USER = 14 - STATE;
    private static final int SYSTEM = 15 - STATE;
    private static final int THREADS = 20 - STATE;

    private static final int ADDRESS = 1;
    private static final int SOCKET_STATE = 3;
    private static final int INODE = 9;
    private static final String LISTENS = "0A";
    private static final int UNIX_FLAGS = 3;
    private static final int UNIX_INODE = 6;
    private static final String ACCEPTS = "00010000";

    private final long pid;
    private final Path proc;

    /**
     * A process.
     *
     * @throws CannotMeasure there is none with this number
     */
    Watch(long pid) {
        this.pid = pid;
        proc = Path.of("/proc", String.valueOf(pid));
        if (!Files.isReadable(proc.resolve("stat"))) {
            throw new CannotMeasure(
                    CannotMeasure.NO_PROCESS,
                    "--server-pid " + pid
                            + ": no process with this number runs on this host; is it the server's own pid?");
        }
    }

    /**
     * Makes sure that it can be the one that is measured: a server listens.
     *
     * @throws CannotMeasure it listens nowhere
     */
    void requireServer() {
        if (!owns(listening(0))) {
            throw new CannotMeasure(
                    CannotMeasure.NO_PROCESS,
                    "--server-pid " + pid
                            + ": this process listens nowhere, so it is no server; is it the server's own pid?");
        }
    }

    /** Whether it listens on a port; true as well where that can't be known, as of another user's process. */
    boolean listensOn(int port) {
        return owns(listening(port));
    }

    private boolean owns(Set<String> sockets) {
        try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
            return files.anyMatch(file -> sockets.contains(target(file)));
        } catch (IOException | UncheckedIOException forbidden) {
            return true;
        }
    }

    /** The sockets of its network that listen on a port, or on any, those of Unix too; as its files name them. */
    private Set<String> listening(int port) {
        Set<String> sockets = new HashSet<>();
        String end = port == 0 ? "" : String.format(Locale.ROOT, ":%04X", port);
        for (String table : List.of("tcp", "tcp6")) {
            for (String[] fields : rows(table)) {
                if (fields.length > INODE && fields[SOCKET_STATE].equals(LISTENS) && fields[ADDRESS].endsWith(end)) {
                    sockets.add("socket:[" + fields[INODE] + "]");
                }
            }
        }
        for (String[] fields : port == 0 ? rows("unix") : List.<String[]>of()) {
            if (fields.length > UNIX_INODE && fields[UNIX_FLAGS].equals(ACCEPTS)) {
                sockets.add("socket:[" + fields[UNIX_INODE] + "]");
            }
        }
        return sockets;
    }

    /** None where the kernel has no such table. */
    private List<String[]> rows(String table) {
        try (Stream<String> lines = Files.lines(proc.resolve("net").resolve(table), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.strip().split(" +", -1)).toList();
        } catch (IOException missing) {
            return List.of();
        }
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /**
     * What it has used so far, and uses now.
     *
     * @param userMicros of CPU time, in its own code
     * @param systemMicros of CPU time, in the kernel
     * @param peakBytes the most that was ever resident
     * @param switches how often its threads have waited
     */
    record Use(long userMicros, long systemMicros, long rssBytes, long peakBytes, long threads, long switches) {

        long cpuMicros() {
            return userMicros + systemMicros;
        }
    }

    /** This process. */
    static Watch self() {
        return new Watch(ProcessHandle.current().pid());
    }

    /** Asks the kernel; takes far less than a millisecond. */
    Use use() {
        String stat = read(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new Use(
                micros(fields[USER]),
                micros(fields[SYSTEM]),
                status(proc.resolve("status"), "VmRSS:") * 1024,
                status(proc.resolve("status"), "VmHWM:") * 1024,
                Long.parseLong(fields[THREADS]),
                switches());
    }

    private static long micros(String ticks) {
        return Long.parseLong(ticks) * 1_000_000 / TICKS_PER_SECOND;
    }

    private long switches() {
        long switches = 0;
        try (Stream<Path> tasks = Files.list(proc.resolve("task"))) {
            for (Path task : (Iterable<Path>) tasks::iterator) {
                try {
                    switches += status(task.resolve("status"), "voluntary_ctxt_switches:");
                } catch (CannotMeasure gone) {
                    // a thread that has just ended
                }
            }
        } catch (IOException gone) {
            throw ended();
        }
        return switches;
    }

    private long status(Path file, String name) {
        for (String line : read(file).split("\n", -1)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).strip().split(" ", 2)[0]);
            }
        }
        return 0;
    }

    private String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            throw ended();
        }
    }

    private CannotMeasure ended() {
        return new CannotMeasure(CannotMeasure.NO_PROCESS, "--server-pid " + pid + ": the process has ended");
    }

    /** Whether it is a JVM. Others must not be asked for their heap: the signal that goes with it may end them. */
    boolean isJvm() {
        try {
            return Files.readString(proc.resolve("maps"), StandardCharsets.ISO_8859_1)
                    .contains("/libjvm.so");
        } catch (IOException forbidden) {
            return false;
        }
    }

    /** Asks a JVM what it allocates. */
    Allocation allocation() {
        return isJvm() ? Allocation.of(pid) : Allocation.UNKNOWN;
    }

    /** Bytes of heap in use after a full collection; empty if it can't be asked. Blocks for as long as that takes. */
    OptionalLong heapAfterGc() {
        return isJvm() ? used(jcmd("GC.run", "GC.heap_info")) : OptionalLong.empty();
    }

    /** The sum over the generations; metaspace is no heap. */
    static OptionalLong used(List<String> heapInfo) {
        long sum = 0;
        boolean found = false;
        for (String line : heapInfo) {
            Matcher used = USED.matcher(line);
            if (!line.contains("Metaspace") && !line.contains("class space") && used.find()) {
                sum += Long.parseLong(used.group(1)) << (10 * "BKMG".indexOf(used.group(2)));
                found = true;
            }
        }
        return found ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    /** All at once, for which jcmd wants a line each: every call starts a JVM. */
    private List<String> jcmd(String... commands) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        List<String> said = run(List.of(jcmd.toString(), String.valueOf(pid), String.join("\n", commands)));
        return said.isEmpty() || !said.getFirst().startsWith(pid + ":") ? List.of() : said;
    }

    /** The lines that a command prints; none if it fails. */
    static List<String> run(List<String> command) {
        return run(command, PATIENCE);
    }

    /** The lines that a command prints; none if it fails, or takes longer, which ends it. */
    static List<String> run(List<String> command, Duration longest) {
        try {
            Path said = Files.createTempFile("weir-said", ".txt");
            try {
                return run(command, said, longest) ? Files.readAllLines(said) : List.of();
            } finally {
                Files.delete(said);
            }
        } catch (IOException missing) {
            return List.of();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static boolean run(List<String> command, Path said, Duration longest)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            process.getOutputStream().close();
            return process.waitFor(longest.toNanos(), TimeUnit.NANOSECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    private static long ticksPerSecond() {
        List<String> said = run(List.of("getconf", "CLK_TCK"));
        return said.isEmpty() ? 100 : Long.parseLong(said.getFirst().strip());
    }
}
