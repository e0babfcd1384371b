package dev.weir.tck;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Codec;
import dev.weir.Deliveries;
import dev.weir.Delivery;
import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transport without a network: the contract is proven on it, and benchmarks take it as their baseline. Frames are encoded and
 * decoded as on any other, and a client that does not read fills its window.
 */
public final class Loopback implements Transport {

    private static final Map<InetSocketAddress, LoopbackEndpoint> OPEN = new ConcurrentHashMap<>();
    private static final AtomicInteger PORTS = new AtomicInteger();

    private static final Duration MAX_WRITE_STALL = Duration.ofSeconds(30);

    private final UnaryOperator<Wire> wires;

    /** A new loopback; endpoints are found through it. */
    public Loopback() {
        this(wire -> wire);
    }

    /** One that is not as it should be, to prove that the contract sees it. */
    Loopback(UnaryOperator<Wire> wires) {
        this.wires = wires;
    }

    @Override
    public String name() {
        return "loopback";
    }

    @Override
    public Endpoint open(EventSource source, InetSocketAddress address) {
        return open(source, MAX_WRITE_STALL);
    }

    Endpoint open(EventSource source, Duration maxWriteStall) {
        LoopbackEndpoint endpoint = new LoopbackEndpoint(source, wires, maxWriteStall);
        OPEN.put(endpoint.address(), endpoint);
        return endpoint;
    }

    /**
     * Subscribes.
     *
     * @param address of an open endpoint
     * @param nameAndQuery {@code name?parameter=value&...}
     * @param headers by lower-case name
     * @return the client's half
     * @throws Refusal the source said no
     * @throws IOException nobody listens there, or the answer did not come
     */
    static Connection connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        LoopbackEndpoint endpoint = OPEN.get(address);
        if (endpoint == null) {
            throw new IOException("nobody listens at " + address);
        }
        return endpoint.connect(nameAndQuery, headers);
    }

    private static final class LoopbackEndpoint implements Endpoint {

        private final EventSource source;
        private final UnaryOperator<Wire> wires;
        private final InetSocketAddress address;
        private final Deliveries deliveries;
        private final ExecutorService loop = Executors.newSingleThreadExecutor(
                Thread.ofVirtual().name("loopback-loop").factory());
        private final Executor steps = step -> {
            if (!loop.isShutdown()) {
                loop.execute(step);
            }
        };

        LoopbackEndpoint(EventSource source, UnaryOperator<Wire> wires, Duration maxWriteStall) {
            this.source = source;
            this.wires = wires;
            deliveries = new Deliveries("loopback", maxWriteStall);
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), PORTS.updateAndGet(n -> n % 60_000 + 1));
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        Connection connect(String nameAndQuery, Map<String, String> headers) throws IOException {
            Connection connection = new Connection();
            Delivery delivery = new Delivery(source, asked -> LoopbackCodec.INSTANCE, wires.apply(connection));
            connection.begin(delivery, deliveries);
            Caller caller = new Caller(address, headers::get, Optional.empty());
            delivery.start(() -> Subscription.parse(nameAndQuery, Bytes.EMPTY, caller), steps);
            return connection.accepted();
        }

        @Override
        public void close() {
            OPEN.remove(address);
            deliveries.close();
            loop.shutdown();
        }
    }

    /** Both halves of one stream. */
    static final class Connection implements Wire, AutoCloseable {

        private static final int WINDOW = 64;

        private final BlockingQueue<Bytes> frames = new LinkedBlockingQueue<>();
        private final CompletableFuture<String> opened = new CompletableFuture<>();
        private final List<Bytes> batch = new ArrayList<>();
        private @Nullable Delivery delivery;
        private @Nullable Deliveries deliveries;
        private volatile boolean complete;

        private void begin(Delivery delivery, Deliveries deliveries) {
            this.delivery = delivery;
            this.deliveries = deliveries;
            deliveries.add(delivery);
        }

        private Connection accepted() throws IOException {
            try {
                opened.get(10, TimeUnit.SECONDS);
                return this;
            } catch (ExecutionException refused) {
                if (refused.getCause() instanceof Refusal refusal) {
                    throw refusal;
                }
                throw new IOException(refused.getCause());
            } catch (TimeoutException | InterruptedException noAnswer) {
                close();
                throw new IOException("no answer", noAnswer);
            }
        }

        @Override
        public void refuse(Refusal why) {
            opened.completeExceptionally(why);
            finish(false);
        }

        @Override
        public void open(Signal.Open at, Codec codec) {
            opened.complete(at.id());
        }

        @Override
        public boolean ready() {
            return frames.size() + batch.size() < WINDOW;
        }

        @Override
        public void write(Bytes frame) {
            batch.add(frame);
        }

        @Override
        public void flush() {
            frames.addAll(batch);
            batch.clear();
        }

        @Override
        public void close(Signal last) {
            finish(last instanceof Signal.End);
        }

        @Override
        public void abort() {
            finish(false);
        }

        private void finish(boolean whole) {
            complete = whole;
            opened.completeExceptionally(new IOException("cut"));
            frames.add(Bytes.EMPTY);
            if (deliveries != null && delivery != null) {
                deliveries.remove(delivery);
            }
        }

        /** For the client: where the stream starts. */
        String position() {
            return opened.join();
        }

        /** For the client: the next frame, or the empty one at the end. Blocks. */
        Bytes take() throws InterruptedException {
            Bytes frame = frames.take();
            if (frames.size() == WINDOW / 2 && delivery != null) {
                delivery.wake();
            }
            return frame;
        }

        /** For the client, after the end. */
        boolean complete() {
            return complete;
        }

        /** The client leaves. */
        @Override
        public void close() {
            if (delivery != null) {
                delivery.cancel();
            }
        }
    }
}
