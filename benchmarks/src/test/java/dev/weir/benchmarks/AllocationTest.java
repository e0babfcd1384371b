package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Transport;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import dev.weir.transport.sse.SseTransport;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many bytes the server allocates for each event that it delivers over real sockets, one event at a time. */
@Timeout(60)
class AllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SUBSCRIBERS = 200;
    private static final int WARMUP = 300;
    private static final int EVENTS = 300;
    private static final Duration PROBE = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String DATA = "x".repeat(128);

    /** Of the clients, which live in this process too. */
    private final List<Thread> clients = new CopyOnWriteArrayList<>();

    private final AtomicLong delivered = new AtomicLong();
    private volatile boolean over;

    @Test
    void anEventOverServerSentEventsCostsNextToNothing() throws Exception {
        assertThat(perEventOverHttp(new SseTransport(), "/events/orders", "\n\n"))
                .isLessThanOrEqualTo(16);
    }

    @Test
    void anEventOverNdjsonCostsNextToNothing() throws Exception {
        assertThat(perEventOverHttp(new ChunkedTransport(), "/streams/orders", "}\n"))
                .isLessThanOrEqualTo(16);
    }

    @Test
    void anEventOverGrpcCostsAKilobyteAtMost() throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, this::client, NioIoHandler.newFactory());
        try (Topic topic = new Topic("orders");
                Endpoint server = new GrpcTransport().open(topic, anywhere())) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(server.address())
                    .usePlaintext()
                    .directExecutor()
                    .eventLoopGroup(loop)
                    .channelType(NioSocketChannel.class)
                    .build();
            for (int n = 0; n < SUBSCRIBERS; n++) {
                EventStreamsGrpc.newStub(channel)
                        .subscribe(
                                SubscribeRequest.newBuilder()
                                        .addTopics("orders")
                                        .build(),
                                new Counting());
            }
            assertThat(perEvent(topic)).isLessThanOrEqualTo(1024);
            channel.shutdownNow();
        } finally {
            loop.shutdownGracefully();
        }
    }

    private double perEventOverHttp(Transport transport, String path, String end) throws Exception {
        try (Topic topic = new Topic("orders");
                Endpoint server = transport.open(topic, anywhere());
                Selector selector = Selector.open()) {
            byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int n = 0; n < SUBSCRIBERS; n++) {
                SocketChannel channel = SocketChannel.open(server.address());
                channel.write(ByteBuffer.wrap(request));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
            Thread reader = client(() -> read(selector, end.getBytes(StandardCharsets.US_ASCII)));
            reader.start();
            double bytes = perEvent(topic);
            over = true;
            selector.wakeup();
            reader.join();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            return bytes;
        }
    }

    /** Counts the ends of events; the beginning of a stream has some too, which do no harm. */
    private void read(Selector selector, byte[] end) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        try {
            while (!over) {
                selector.select(key -> {
                    try {
                        buffer.clear();
                        ((SocketChannel) key.channel()).read(buffer);
                        int ends = 0;
                        for (int i = 1; i < buffer.position(); i++) {
                            ends += buffer.get(i - 1) == end[0] && buffer.get(i) == end[1] ? 1 : 0;
                        }
                        delivered.addAndGet(ends);
                    } catch (IOException gone) {
                        key.cancel();
                    }
                });
            }
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private double perEvent(Topic topic) {
        for (int heard = 0; heard < 2; ) {
            long all = delivered.get() + SUBSCRIBERS;
            topic.publish(Event.of(null, DATA));
            heard = within(PROBE, () -> delivered.get() >= all) ? heard + 1 : 0;
        }
        publish(topic, WARMUP);
        long before = allocated();
        publish(topic, EVENTS);
        return (allocated() - before) / (double) (EVENTS * SUBSCRIBERS);
    }

    private void publish(Topic topic, int events) {
        for (int n = 0; n < events; n++) {
            long all = delivered.get() + SUBSCRIBERS;
            topic.publish(Event.of(null, DATA));
            assertThat(within(PATIENCE, () -> delivered.get() >= all)).isTrue();
        }
    }

    private long allocated() {
        long bytes = THREADS.getTotalThreadAllocatedBytes();
        for (Thread client : clients) {
            bytes -= THREADS.getThreadAllocatedBytes(client.threadId());
        }
        return bytes;
    }

    private static boolean within(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(20_000);
        }
        return true;
    }

    private Thread client(Runnable work) {
        Thread thread = Thread.ofPlatform().daemon().name("client").unstarted(work);
        clients.add(thread);
        return thread;
    }

    private static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private final class Counting implements StreamObserver<SubscribeResponse> {

        @Override
        public void onNext(SubscribeResponse response) {
            if (response.hasEvent()) {
                delivered.incrementAndGet();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // the channel is shut down, or nothing more is counted
        }

        @Override
        public void onCompleted() {
            // nothing more is counted
        }
    }
}
