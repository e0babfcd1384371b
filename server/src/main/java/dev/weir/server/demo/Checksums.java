package dev.weir.server.demo;

import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Subscription;
import dev.weir.hub.Task;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The progress of a real computation: the SHA-256 of all files of a folder, begun by its first watcher and shared by all. */
final class Checksums implements EventSource, AutoCloseable {

    static final String NAME = "checksums";

    private static final int CHUNK = 64 << 10;

    private final Path folder;

    // guarded by this
    private @Nullable Task task;

    Checksums(Path folder) {
        this.folder = folder;
    }

    /** What is refused begins no work. */
    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        subscription.refuseBody();
        subscription.refuseOtherBounds();
        return present().open(subscription);
    }

    private synchronized Task present() {
        Task present = task;
        if (present == null || present.over()) {
            present = Task.start(NAME, this::compute);
            task = present;
        }
        return present;
    }

    private String compute(Task.Progress progress) throws Exception {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long done = 0;
        for (Path file : files) {
            done = add(file, digest, progress, done, total);
        }
        return "{\"files\":" + files.size() + ",\"sha256\":\"" + HexFormat.of().formatHex(digest.digest()) + "\"}";
    }

    private static long add(Path file, MessageDigest digest, Task.Progress progress, long before, long total)
            throws IOException, InterruptedException {
        byte[] chunk = new byte[CHUNK];
        long done = before;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                digest.update(chunk, 0, read);
                done += read;
                progress.report(done, total);
            }
        }
        return done;
    }

    @Override
    public synchronized void close() {
        if (task != null) {
            task.close();
        }
    }
}
