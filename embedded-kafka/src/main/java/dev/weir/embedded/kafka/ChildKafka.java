package dev.weir.embedded.kafka;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The broker of {@link EmbeddedKafka} as a child process, for tests of what happens when a broker stalls, dies and comes
 * back. Data and port stay the same over all its lives.
 *
 * {@snippet :
 * try (ChildKafka kafka = ChildKafka.launch(EmbeddedKafka.Settings.in(directory))) {
 *     kafka.pause();
 *     kafka.resume();
 *     kafka.kill();
 *     kafka.start();
 * }
 * }
 *
 * <p>The child runs on this JVM's Java home and class path. It ends when this JVM ends, however that comes about; only a
 * paused child of a JVM that was itself killed with SIGKILL stays behind.
 *
 * <p>Every method but {@link #bootstrap()} and {@link #log()} belongs to one thread at a time. {@link #pause()} and
 * {@link #resume()} need a POSIX system.
 */
public final class ChildKafka implements Broker {
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(25);
    private static final int HEAP_MEGABYTES = 512;
    private static final int LOG_LINES = 200;
    private static final int UNSAFE_WARNS_SINCE = 23;

    private final Settings settings;
    private final int heapMegabytes;
    private final Deque<String> log = new ArrayDeque<>();
    private final Thread onExit = new Thread(this::destroy, "embedded-kafka-child-exit");
    private volatile @Nullable Process process;
    private boolean closed;

    private ChildKafka(Settings settings, int heapMegabytes) {
        this.settings = settings;
        this.heapMegabytes = heapMegabytes;
    }

    /**
     * Starts a child and blocks until clients can use it, typically two to four seconds.
     *
     * @throws IllegalArgumentException as {@link EmbeddedKafka#start} does
     * @throws BrokerException as {@link EmbeddedKafka#start} does; the message ends with the child's last log lines
     */
    public static ChildKafka launch(Settings settings) {
        return launch(settings, HEAP_MEGABYTES);
    }

    static ChildKafka launch(Settings settings, int heapMegabytes) {
        BrokerProperties.requireSafe(settings);
        ChildKafka kafka = new ChildKafka(settings.withFreePort(), heapMegabytes);
        Runtime.getRuntime().addShutdownHook(kafka.onExit);
        try {
            kafka.start();
        } catch (RuntimeException | Error e) {
            kafka.close();
            throw e;
        }
        return kafka;
    }

    @Override
    public String bootstrap() {
        return settings.address();
    }

    /** Whether the child process lives; a paused one does. Never blocks. */
    public boolean running() {
        Process child = process;
        return child != null && child.isAlive();
    }

    /** The child's process id. Never blocks. */
    public long pid() {
        return child().pid();
    }

    /** The last 200 lines that the child wrote, of all its lives. Never blocks, any thread. */
    public List<String> log() {
        synchronized (log) {
            return new ArrayList<>(log);
        }
    }

    /**
     * Starts the child again after {@link #stop()} or {@link #kill()}, on the same data and port. Blocks until clients
     * can use it: a second or two longer after a kill, since the controller takes the dead broker for alive at first.
     *
     * @throws IllegalStateException if the child is running or this is closed
     * @throws BrokerException if the port was taken meanwhile, or the child is not ready within 60 seconds; no child is
     *     left then
     */
    public void start() {
        if (closed || running()) {
            throw new IllegalStateException(this + (closed ? " is closed" : " is running"));
        }
        Ports.requireFree(settings.host(), settings.port());
        CompletableFuture<Void> ready = new CompletableFuture<>();
        try {
            Process child =
                    new ProcessBuilder(command()).redirectErrorStream(true).start();
            process = child;
            Thread.ofPlatform().daemon().name(this + "-log").start(() -> follow(child, ready));
            KafkaMain.send(settings, child.getOutputStream());
            ready.get(START_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (IOException | ExecutionException e) {
            throw giveUp("did not start", e);
        } catch (TimeoutException e) {
            throw giveUp("was not ready within " + START_PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw giveUp("was interrupted while starting", e);
        }
    }

    /**
     * Freezes the child (SIGSTOP): connections stay open, nothing is answered. Returns when the signal is sent, which
     * takes effect at once.
     *
     * @throws IllegalStateException if the child is not running
     * @throws BrokerException if the signal cannot be sent
     */
    public void pause() {
        signal("STOP");
    }

    /**
     * Lets a paused child go on (SIGCONT); does nothing to one that was not paused. Returns when the signal is sent.
     * After a pause of more than two seconds the controller may declare its own broker dead and alive again: clients see
     * partitions without a leader for some hundred milliseconds, and retry by themselves.
     *
     * @throws IllegalStateException if the child is not running
     * @throws BrokerException if the signal cannot be sent
     */
    public void resume() {
        signal("CONT");
    }

    /**
     * Kills the child at once (SIGKILL), paused or not, and blocks until it is gone and its port free. What the broker
     * had acknowledged is with the operating system and survives. Does nothing if the child is not running.
     */
    public void kill() {
        if (process != null) {
            destroy();
            awaitEnd(STOP_PATIENCE);
        }
    }

    /**
     * Stops the child cleanly (SIGTERM), also a paused one, and blocks until it is gone, typically within a second. Does
     * nothing if the child is not running.
     *
     * @throws BrokerException if it had to be killed because it was still running after 25 seconds
     */
    public void stop() {
        if (!terminate()) {
            throw giveUp("did not stop within " + STOP_PATIENCE.toSeconds() + " s and was killed", null);
        }
    }

    /**
     * Ends the child for sure: cleanly if it can be done, with a kill otherwise. Blocks as {@link #stop()} does, never
     * throws, and does nothing the second time.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!terminate()) {
            kill();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException exiting) {
            return;
        }
    }

    @Override
    public String toString() {
        return "child-kafka-" + settings.address();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= UNSAFE_WARNS_SINCE) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=embedded-kafka-child-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                KafkaMain.class.getName()));
        return command;
    }

    private void follow(Process child, CompletableFuture<Void> ready) {
        try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                remember(line);
                if (line.startsWith(KafkaMain.READY)) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            remember("(the child's log ends here: " + e.getMessage() + ")");
        }
        ready.completeExceptionally(new IOException("the child process ended"));
    }

    private void remember(String line) {
        synchronized (log) {
            log.add(line);
            if (log.size() > LOG_LINES) {
                log.remove();
            }
        }
    }

    private Process child() {
        Process child = process;
        if (child == null || !child.isAlive()) {
            throw new IllegalStateException(this + " is not running");
        }
        return child;
    }

    private void signal(String name) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", "kill -" + name + " " + child().pid())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (shell.waitFor() != 0) {
                throw new BrokerException("cannot send SIG" + name + " to " + this + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new BrokerException("cannot send SIG" + name + " to " + this + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while sending SIG" + name + " to " + this, e);
        }
    }

    private boolean terminate() {
        Process child = process;
        if (child == null || !child.isAlive()) {
            return true;
        }
        child.toHandle().destroy();
        try {
            signal("CONT");
        } catch (IllegalStateException | BrokerException e) {
            remember("(not resumed: " + e.getMessage() + ")");
        }
        return awaitEnd(STOP_PATIENCE);
    }

    private void destroy() {
        Process child = process;
        if (child != null) {
            child.toHandle().destroyForcibly();
        }
    }

    private boolean awaitEnd(Duration patience) {
        Process child = process;
        boolean interrupted = false;
        long deadline = System.nanoTime() + patience.toNanos();
        while (child != null) {
            try {
                if (!child.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private BrokerException giveUp(String what, @Nullable Throwable cause) {
        kill();
        return new BrokerException(
                this + " on the data in " + settings.data() + " " + what + "; its log ends with:\n"
                        + String.join("\n", log()),
                cause);
    }
}
