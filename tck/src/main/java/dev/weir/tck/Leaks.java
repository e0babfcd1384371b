package dev.weir.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a test may leave behind: threads that keep a JVM alive or are Weir's own, and sockets. Sockets are counted where {@code /proc} is. */
record Leaks(Set<Thread> threads, long sockets) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** JUnit's, and the one of netty's for a whole process, which ends by itself when it has had nothing to do for a second. */
    private static final Set<String> NOT_OURS = Set.of("junit-", "globalEventExecutor-");

    static {
        keepWhatTheJdkKeeps();
    }

    /** With the first socket of a process the JDK opens one for itself and keeps it. */
    private static void keepWhatTheJdkKeeps() {
        try {
            new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
        } catch (IOException noSockets) {
            throw new UncheckedIOException(noSockets);
        }
    }

    static Leaks now() {
        return new Leaks(
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.isAlive()
                                && (!thread.isDaemon() || thread.getName().startsWith("weir-")))
                        .filter(thread -> NOT_OURS.stream().noneMatch(thread.getName()::startsWith))
                        .collect(Collectors.toSet()),
                countSockets());
    }

    /** What is there that was not there before; empty if nothing. */
    String since(Leaks before) {
        String left = threads.stream()
                .filter(thread -> !before.threads.contains(thread))
                .map(Thread::getName)
                .sorted()
                .collect(Collectors.joining(", "));
        String found = left.isEmpty() ? "" : "threads: " + left + ". ";
        return sockets > before.sockets ? found + "sockets: " + (sockets - before.sockets) + "." : found;
    }

    private static long countSockets() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return all.filter(Leaks::socket).count();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean socket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException goneMeanwhile) {
            return false;
        }
    }
}
