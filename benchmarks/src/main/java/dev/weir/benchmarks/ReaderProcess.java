package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Subscribers in a process of their own, which tells how many events they have. They end with the process that started them. */
final class ReaderProcess implements AutoCloseable {

    private static final int STREAMS_ON_A_CONNECTION = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private volatile long delivered = -1;

    private ReaderProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("delivered").start(this::listen);
    }

    /** Blocks until all are subscribed. */
    static ReaderProcess start(Via via, InetSocketAddress server, String topic, int subscribers) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ReaderProcess.class.getName(),
                via.name(),
                "http://127.0.0.1:" + server.getPort(),
                topic,
                String.valueOf(subscribers));
        ReaderProcess readers = new ReaderProcess(
                command.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (readers.delivered < 0) {
            if (!readers.process.isAlive()) {
                throw new IOException("the readers ended with " + readers.process.exitValue());
            }
            if (System.nanoTime() > deadline) {
                readers.process.destroyForcibly();
                throw new IOException("the readers were not subscribed after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(1_000_000);
        }
        return readers;
    }

    private void listen() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
            while (true) {
                delivered = in.readLong();
            }
        } catch (IOException ended) {
            // what was told last stands
        }
    }

    /** How many events all of them have received, checked, and in order. */
    long delivered() {
        return delivered;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    /** The process: transport, server, topic, number of subscribers. */
    public static void main(String[] args) {
        Future<?> unused =
                ProcessHandle.current().parent().orElseThrow().onExit().thenRun(() -> System.exit(1));
        int subscribers = Integer.parseInt(args[3]);
        Tally tally = new Tally();
        Plan plan = Plan.reading(
                Via.valueOf(args[0]),
                URI.create(args[1]),
                args[2],
                subscribers,
                1 + (subscribers - 1) / STREAMS_ON_A_CONNECTION);
        Readers readers = plan.readers(tally);
        for (int n = 0; n < subscribers; n++) {
            readers.open(new Subscriber(tally, Subscriber.Appetite.FULL, 0));
        }
        while (tally.opened.sum() < subscribers && isWell(tally)) {
            LockSupport.parkNanos(1_000_000);
        }
        tell(tally);
    }

    private static void tell(Tally tally) {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        while (isWell(tally)) {
            try {
                out.write(number.putLong(0, tally.delivered.sum()).array());
            } catch (IOException nobodyReads) {
                System.exit(0);
            }
            LockSupport.parkNanos(100_000);
        }
        System.err.println("events were lost, torn, doubled or reordered, or a stream was cut, ended or refused: "
                + (tally.refusal() == null ? tally.complaint() : tally.refusal()));
        System.exit(1);
    }

    private static boolean isWell(Tally tally) {
        return tally.refusal() == null
                && Stream.of(tally.lost, tally.torn, tally.doubled, tally.reordered, tally.cuts, tally.ended)
                        .allMatch(wrong -> wrong.sum() == 0);
    }
}
