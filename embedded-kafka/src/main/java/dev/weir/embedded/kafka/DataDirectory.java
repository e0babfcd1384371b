package dev.weir.embedded.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The directory of one broker, locked while it is open. {@code log} holds Kafka's own files; it is formatted under
 * another name and moved into place, so that it is either absent or complete, wherever the process was killed. The lock
 * is the operating system's and ends with the process: a lock file left behind means nothing.
 */
final class DataDirectory implements AutoCloseable {
    private final Path log;
    private final FileChannel lock;

    private DataDirectory(Path log, FileChannel lock) {
        this.log = log;
        this.lock = lock;
    }

    static DataDirectory open(Path directory, Seat seat) {
        Path data = directory.toAbsolutePath().normalize();
        FileChannel lock = lock(data);
        try {
            Path log = data.resolve("log");
            if (!Files.exists(log)) {
                format(data.resolve("log.new"), log, seat);
            }
            requireFormatted(log);
            return new DataDirectory(log, lock);
        } catch (Exception | Error e) {
            release(lock);
            throw e instanceof BrokerException known
                    ? known
                    : new BrokerException("cannot format " + data + ": " + e, e);
        }
    }

    Path log() {
        return log;
    }

    @Override
    public void close() {
        release(lock);
    }

    private static FileChannel lock(Path data) {
        FileChannel channel;
        try {
            Files.createDirectories(data);
            channel = FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new BrokerException("cannot use " + data + " as data directory: " + e, e);
        }
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (IOException e) {
            release(channel);
            throw new BrokerException("cannot lock the data directory " + data + ": " + e, e);
        } catch (OverlappingFileLockException ofThisProcess) {
            // reported below
        }
        release(channel);
        throw new BrokerException("the data directory " + data + " is in use by another broker");
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new BrokerException("cannot release the lock of a data directory: " + e, e);
        }
    }

    private static void format(Path unfinished, Path log, Seat seat) throws Exception {
        delete(unfinished);
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(seat.node())
                .setClusterId(seat.cluster())
                .setDirectories(List.of(unfinished.toString()))
                .setMetadataLogDirectory(unfinished.toString())
                .setControllerListenerName(BrokerProperties.CONTROLLER)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setHasDynamicQuorum(false)
                .run();
        Files.move(unfinished, log, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void requireFormatted(Path log) throws IOException {
        Path meta = log.resolve("meta.properties");
        Properties properties = new Properties();
        if (Files.isRegularFile(meta)) {
            try (var reader = Files.newBufferedReader(meta)) {
                properties.load(reader);
            }
        }
        if (properties.getProperty("cluster.id") == null) {
            throw new BrokerException(meta + " is missing or damaged: delete " + log
                    + " to start with an empty broker, or choose another data directory");
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> found = Files.walk(tree)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
