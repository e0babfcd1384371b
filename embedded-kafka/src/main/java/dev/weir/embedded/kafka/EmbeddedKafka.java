package dev.weir.embedded.kafka;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.Exit;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker inside this JVM: one node, broker and controller at once, listening on a loopback address.
 *
 * {@snippet :
 * try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Settings.in(directory))) {
 *     kafka.createTopic("orders", 3, Map.of());
 *     useClients(kafka.bootstrap());
 * }
 * }
 *
 * <p>It makes no topics unless asked, and clients cannot make them by naming them. Several may run in one JVM, each with
 * a directory of its own. It brings about 60 threads and 45 MB of jars; a {@link ChildKafka} keeps both out of the
 * process, and can be killed.
 *
 * <p>Kafka answers a fatal fault by ending the process. Loading this class replaces that in the whole JVM, for good: the
 * fault is logged and told by {@link #fault()} instead, and the JVM goes on.
 */
public final class EmbeddedKafka implements Broker {
    private static final Logger LOG = System.getLogger(EmbeddedKafka.class.getName());
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    private static final Set<EmbeddedKafka> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Exit.setExitProcedure(EmbeddedKafka::report);
        Exit.setHaltProcedure(EmbeddedKafka::report);
    }

    private final Settings settings;
    private final DataDirectory data;
    private final KafkaRaftServer server;
    private final CompletableFuture<BrokerException> fault = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedKafka(Settings settings, Seat seat, DataDirectory data) {
        this.settings = settings;
        this.data = data;
        var properties = BrokerProperties.of(settings, seat, data.log());
        this.server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    }

    /**
     * Starts a broker and blocks until clients can use it, typically one to three seconds. An empty or absent data
     * directory is formatted; one that an earlier broker left, cleanly or not, is used again with its topics, records,
     * offsets and cluster id.
     *
     * <p>May be called from any thread. If the thread is interrupted, the broker is stopped again and the flag stays
     * set.
     *
     * @throws IllegalArgumentException if the host is not a loopback address and the listener has no security, or is
     *     not known; nothing was started or written
     * @throws BrokerException if the port is taken (nothing was started or written), the directory is in use by
     *     another broker, not writable or damaged, or the broker is not ready within 60 seconds
     */
    public static EmbeddedKafka start(Settings settings) {
        BrokerProperties.requireSafe(settings);
        Settings placed = settings.withFreePort();
        Ports.requireFree(placed.host(), placed.port());
        Seat seat = Seat.of(placed);
        DataDirectory data = DataDirectory.open(placed.data(), seat);
        EmbeddedKafka kafka;
        try {
            kafka = new EmbeddedKafka(placed, seat, data);
        } catch (RuntimeException e) {
            data.close();
            throw new BrokerException("the broker's configuration is not valid: " + e.getMessage(), e);
        } catch (Error e) {
            data.close();
            throw e;
        }
        kafka.startServer();
        return kafka;
    }

    @Override
    public String bootstrap() {
        return settings.address();
    }

    /**
     * Completes, normally, if the broker meets a fault that would have ended its process, such as a failing disk; the
     * exception's stack trace shows where. The broker is of no use from then on: close it. Kafka does not say which
     * broker of a JVM is meant, so all that run are told. Dependent actions without an executor run on a thread of the
     * broker and must not block.
     */
    public CompletionStage<BrokerException> fault() {
        return fault.minimalCompletionStage();
    }

    /**
     * Stops the broker and blocks until its ports are free and its threads have ended, typically within a second. May be
     * called from any thread but those of the broker, also when interrupted; only the first call does anything, a second
     * returns at once.
     *
     * @throws BrokerException if the broker is still not down after 20 seconds, as may happen after a {@linkplain
     *     #fault() fault}; its directory stays locked
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> stopped = onOwnThread("stop", () -> {
            server.shutdown();
            server.awaitShutdown();
        });
        boolean interrupted = false;
        long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
        while (true) {
            try {
                stopped.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (TimeoutException e) {
                throw new BrokerException(this + " did not stop within " + STOP_PATIENCE.toSeconds() + " s", e);
            } catch (ExecutionException e) {
                LOG.log(Level.WARNING, this + " did not stop cleanly", e.getCause());
                break;
            }
        }
        RUNNING.remove(this);
        data.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "kafka-" + settings.address();
    }

    private void startServer() {
        RUNNING.add(this);
        CompletableFuture<Void> started = onOwnThread("start", server::startup);
        CompletableFuture<Void> failed = fault.thenAccept(failure -> {
            throw failure;
        });
        try {
            CompletableFuture.anyOf(started, failed).get(START_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElseGet(failureOf(started), fault::join);
            throw giveUp(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw giveUp("not ready within " + START_PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw giveUp("interrupted", e);
        }
    }

    private static @Nullable Throwable failureOf(CompletableFuture<Void> started) {
        CompletableFuture<@Nullable Throwable> failure = started.handle((nothing, thrown) -> thrown);
        return failure.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
    }

    private BrokerException giveUp(String why, Throwable cause) {
        BrokerException failure =
                new BrokerException(this + " on the data in " + settings.data() + " did not start: " + why, cause);
        try {
            close();
        } catch (BrokerException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private CompletableFuture<Void> onOwnThread(String action, Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name(this + "-" + action).start(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private static void report(int status, @Nullable String message) {
        BrokerException failure =
                new BrokerException("a Kafka broker in this JVM failed and asked to end the process with status "
                        + status + (message == null ? "" : ": " + message));
        LOG.log(Level.ERROR, failure.getMessage(), failure);
        RUNNING.forEach(kafka -> kafka.fault.complete(failure));
    }

    /**
     * What a broker needs to know to start. Immutable.
     *
     * @param data the directory for everything the broker keeps; created if absent, used again if not
     * @param port the port for clients; 0 for one that is free
     * @param host the address to listen on for clients; anything but a loopback address asks for {@code
     *     listener.security.protocol.map} among the properties, with another protocol than PLAINTEXT for the listener
     *     BROKER (and with CONTROLLER, which always stays on 127.0.0.1)
     * @param properties Kafka's own broker properties, over the defaults made for a small quick broker. Those that
     *     follow from the other settings, such as {@code listeners} and {@code log.dirs}, are refused with an {@link
     *     IllegalArgumentException}; {@code advertised.listeners} may be set, for a proxy in front
     */
    public record Settings(Path data, int port, String host, Map<String, String> properties) {

        public Settings {
            Objects.requireNonNull(data, "data");
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port: " + port + " is not between 0 and 65535");
            }
            if (host.isBlank()) {
                throw new IllegalArgumentException("host: must not be empty");
            }
            properties = Map.copyOf(properties);
            BrokerProperties.requireNotOwned(properties);
        }

        /** A broker on a free port of 127.0.0.1 that keeps its data in {@code data}. */
        public static Settings in(Path data) {
            return new Settings(data, 0, BrokerProperties.LOOPBACK, Map.of());
        }

        /** These settings with another port. */
        public Settings withPort(int port) {
            return new Settings(data, port, host, properties);
        }

        /** These settings with another address to listen on. */
        public Settings withHost(String host) {
            return new Settings(data, port, host, properties);
        }

        /** These settings with one more of Kafka's broker properties, or another value for it. */
        public Settings with(String key, String value) {
            Map<String, String> more = new HashMap<>(properties);
            more.put(key, value);
            return new Settings(data, port, host, more);
        }

        Settings withFreePort() {
            return port == 0 ? withPort(Ports.free(host)) : this;
        }

        String address() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }
}
