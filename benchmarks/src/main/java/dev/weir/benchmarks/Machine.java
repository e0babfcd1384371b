package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where results come from: this host, this JVM, and the sources. */
final class Machine {

    private Machine() {}

    /** Adds {@code machine}, {@code java} and {@code commit}. */
    static void describe(ObjectNode result) {
        ObjectNode machine = result.putObject("machine");
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("arch", System.getProperty("os.arch"));
        machine.put("cpu", field(Path.of("/proc/cpuinfo"), "model name"));
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        machine.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        ObjectNode java = result.putObject("java");
        java.put("version", Runtime.version().toString());
        java.put("vm", System.getProperty("java.vm.name") + ", " + System.getProperty("java.vendor"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Dweir."))
                .forEach(flag -> java.withArray("flags").add(flag));
        String commit = commit();
        result.set(
                "commit",
                commit == null ? JsonNodeFactory.instance.nullNode() : JsonNodeFactory.instance.textNode(commit));
    }

    private static String field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException notLinux) {
            return "";
        }
    }

    /** The commit that is checked out, {@code -dirty} if files differ from it; null outside of a checkout. */
    private static @Nullable String commit() {
        List<String> said = Watch.run(List.of(
                "git",
                "-C",
                System.getProperty("weir.home", "."),
                "describe",
                "--always",
                "--dirty",
                "--abbrev=40",
                "--exclude=*"));
        return said.isEmpty() ? null : said.getFirst();
    }
}
