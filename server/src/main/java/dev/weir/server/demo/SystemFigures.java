package dev.weir.server.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.weir.Event;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** This host's figures: CPU, memory, load, network. What a platform doesn't tell is left out. Used by one thread. */
final class SystemFigures {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path NETWORK = Path.of("/proc/net/dev");

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long received = -1;
    private long sent = -1;
    private long measured;

    Event next() {
        ObjectNode figures = JSON.createObjectNode();
        figures.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        cpu(figures.putObject("cpu"));
        memory(figures.putObject("memory"));
        network(figures.putObject("network"));
        return Event.of(null, figures.toString());
    }

    private void cpu(ObjectNode cpu) {
        cpu.put("cores", system.getAvailableProcessors());
        share(cpu, "system", system.getCpuLoad());
        share(cpu, "process", system.getProcessCpuLoad());
        double load = system.getSystemLoadAverage();
        if (load >= 0) {
            cpu.put("load1", Math.round(load * 100) / 100.0);
        }
    }

    private static void share(ObjectNode cpu, String name, double share) {
        if (share >= 0) {
            cpu.put(name, Math.round(share * 1000) / 1000.0);
        }
    }

    private void memory(ObjectNode memory) {
        memory.put("totalBytes", system.getTotalMemorySize());
        memory.put("availableBytes", available());
        Runtime runtime = Runtime.getRuntime();
        memory.put("heapBytes", runtime.totalMemory() - runtime.freeMemory());
    }

    private long available() {
        for (String line : lines(MEMORY)) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return system.getFreeMemorySize();
    }

    private void network(ObjectNode network) {
        long nowReceived = 0;
        long nowSent = 0;
        for (String line : lines(NETWORK)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String[] columns = line.substring(colon + 1).strip().split("\\s+");
                nowReceived += Long.parseLong(columns[0]);
                nowSent += Long.parseLong(columns[8]);
            }
        }
        long now = System.nanoTime();
        if (received >= 0) {
            double seconds = (now - measured) / 1e9;
            network.put("receivedBytesPerSecond", Math.round((nowReceived - received) / seconds));
            network.put("sentBytesPerSecond", Math.round((nowSent - sent) / seconds));
        }
        network.put("receivedBytes", nowReceived);
        network.put("sentBytes", nowSent);
        received = nowReceived;
        sent = nowSent;
        measured = now;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}
