package dev.weir.benchmarks;

import dev.weir.Codec;
import dev.weir.Delivery;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.client.RemoteSource.Via;
import dev.weir.hub.Generator;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Events published as fast as all subscribers take them, over real sockets to a process that reads and checks them, so that what is
 * allocated here is the server's. {@code loopback} has no sockets: its wires only count.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class SocketBenchmark {

    private static final String TOPIC = "bench";
    private static final int HELD = 8_192;
    private static final int UNDER_WAY = 256;
    private static final long DEADLINE_NANOS = 30_000_000_000L;

    @Param({"loopback", "sse", "ndjson", "grpc"})
    public String transport;

    @Param({"64", "1024", "16384"})
    public int payload;

    @Param({"1", "100", "1000"})
    public int subscribers;

    private Topic topic;
    private AutoCloseable crowd;
    private LongSupplier delivered;
    private long published;
    private long counted;

    @Setup
    public void subscribe() throws IOException {
        topic = new Topic(TOPIC, new Retention(HELD, HELD * (payload + 512L), Duration.ZERO));
        if (transport.equals("loopback")) {
            loopback();
        } else {
            sockets();
        }
    }

    private void loopback() throws IOException {
        Codec codec = Codecs.of(transport);
        CountingWire.Total total = new CountingWire.Total();
        ExecutorService loop = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("loop").daemon().factory());
        List<Delivery> deliveries = new ArrayList<>();
        for (int n = 0; n < subscribers; n++) {
            Delivery delivery = new Delivery(topic, asked -> codec, new CountingWire(total));
            delivery.start(() -> Subscription.to(TOPIC), loop);
            deliveries.add(delivery);
        }
        delivered = total::frames;
        crowd = () -> {
            deliveries.forEach(Delivery::cancel);
            loop.close();
        };
    }

    private void sockets() throws IOException {
        Via via = Via.valueOf(transport.toUpperCase(Locale.ROOT));
        Transport opened = switch (via) {
            case SSE -> new SseTransport();
            case NDJSON -> new ChunkedTransport();
            case GRPC -> new GrpcTransport();
        };
        Sources sources = new Sources().register(TOPIC, topic);
        Endpoint endpoint = opened.open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ReaderProcess readers = ReaderProcess.start(via, endpoint.address(), TOPIC, subscribers);
        delivered = readers::delivered;
        crowd = () -> {
            readers.close();
            endpoint.close();
            sources.close();
        };
    }

    @TearDown
    public void leave() throws Exception {
        await(0);
        crowd.close();
        topic.close();
        if (delivered.getAsLong() != published * subscribers) {
            throw new IllegalStateException("delivered " + delivered.getAsLong() + " of " + published * subscribers);
        }
    }

    /** Events that reached a subscriber. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counted {
        public long delivered;
    }

    @Benchmark
    public void publish(Counted counter) {
        topic.publish(Event.of(null, Generator.data(published, published, payload)));
        published++;
        await(UNDER_WAY);
        long now = delivered.getAsLong();
        counter.delivered += now - counted;
        counted = now;
    }

    /** Until each subscriber lacks so many events at the most, on average. */
    private void await(int most) {
        long wanted = (published - most) * subscribers;
        long deadline = 0;
        while (delivered.getAsLong() < wanted) {
            long now = System.nanoTime();
            deadline = deadline == 0 ? now + DEADLINE_NANOS : deadline;
            if (now > deadline) {
                throw new IllegalStateException("delivered " + delivered.getAsLong() + " of " + wanted);
            }
            LockSupport.parkNanos(50_000);
        }
    }
}
