package dev.weir.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many files and sockets a process may have open. */
final class Descriptors {

    private static final String LIMIT = "Max open files";
    private static final int SPARE = 64;

    private Descriptors() {}

    /**
     * Makes sure that a process can open so many more sockets.
     *
     * @param instead what else may be done than raising the limit
     * @throws CannotMeasure they can't
     */
    static void require(Path process, String name, int sockets, String instead) {
        long most = most(process);
        long open = open(process);
        if (most > 0 && open + sockets + SPARE > most) {
            throw new CannotMeasure(
                    CannotMeasure.TOO_FEW_DESCRIPTORS,
                    sockets + " connections: " + name + " may have " + most + " files open, and has " + open
                            + "; raise the limit with `ulimit -n " + (open + sockets + SPARE)
                            + "`, or " + instead);
        }
    }

    /** The soft limit, which a JVM raises to the hard one when it starts; 0 if there is none. */
    static long most(Path process) {
        try (Stream<String> lines = Files.lines(process.resolve("limits"))) {
            return lines.filter(line -> line.startsWith(LIMIT))
                    .map(line -> line.substring(LIMIT.length()).strip().split(" +", 2)[0])
                    .filter(soft -> !soft.equals("unlimited"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
        } catch (IOException notLinux) {
            return 0;
        }
    }

    private static long open(Path process) {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.count();
        } catch (IOException notLinux) {
            return 0;
        }
    }
}
