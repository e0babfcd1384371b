package dev.weir.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** gRPC: many streams on a few channels, read by a few event loops. Slow and stalled readers have channels of their own. */
final class GrpcReaders implements Readers {

    private static final int MOST_OPENING = 64;
    private static final int SMALL_WINDOW = 65_535;
    private static final int LARGEST_MESSAGE = 256 << 20;
    private static final long TICK_MILLIS = 20;

    final Plan plan;
    private final Tally tally;
    private final EventLoopGroup loops;
    private final List<ManagedChannel> shared = new CopyOnWriteArrayList<>();
    private final List<GrpcStream> streams = new CopyOnWriteArrayList<>();
    private final Queue<GrpcStream> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger opening = new AtomicInteger();
    private final Future<?> ticking;
    private long ticked = System.nanoTime();
    private volatile boolean closed;

    GrpcReaders(Plan plan, Tally tally) {
        this.plan = plan;
        this.tally = tally;
        loops = new MultiThreadIoEventLoopGroup(
                plan.threads(), new DefaultThreadFactory("weir-load-grpc", true), NioIoHandler.newFactory());
        for (int i = 0; i < plan.connections(); i++) {
            shared.add(channel(Subscriber.Appetite.FULL));
        }
        ticking = loops.next().scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private ManagedChannel channel(Subscriber.Appetite appetite) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(
                        plan.server().getHost(), plan.server().getPort())
                .usePlaintext()
                .directExecutor()
                .disableRetry()
                .eventLoopGroup(loops)
                .channelFactory(() -> new Counted(tally))
                .maxInboundMessageSize(LARGEST_MESSAGE);
        if (appetite != Subscriber.Appetite.FULL) {
            builder.withOption(ChannelOption.SO_RCVBUF, SMALL_WINDOW).flowControlWindow(SMALL_WINDOW);
        }
        return builder.build();
    }

    @Override
    public void open(Subscriber subscriber) {
        int number = streams.size();
        GrpcStream stream = new GrpcStream(this, subscriber, number);
        streams.add(stream);
        waiting.add(stream);
        next();
    }

    private void next() {
        while (opening.get() < MOST_OPENING) {
            GrpcStream stream = waiting.poll();
            if (stream == null) {
                return;
            }
            opening.incrementAndGet();
            stream.start();
        }
    }

    /** A stream has been accepted, or has failed. */
    void opened() {
        opening.decrementAndGet();
        next();
    }

    /** The channel for the stream with this number; one of its own unless it reads all at once. */
    ManagedChannel channel(Subscriber subscriber, int number) {
        return subscriber.appetite() == Subscriber.Appetite.FULL
                ? shared.get(number % shared.size())
                : channel(subscriber.appetite());
    }

    void later(Runnable task, long millis) {
        if (!closed) {
            Future<?> unused = loops.next().schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void storm() {
        List<ManagedChannel> old = new ArrayList<>(shared);
        for (int i = 0; i < old.size(); i++) {
            shared.set(i, channel(Subscriber.Appetite.FULL));
        }
        streams.forEach(GrpcStream::isToComeBack);
        old.forEach(ManagedChannel::shutdownNow);
        streams.forEach(GrpcStream::leaveOwn);
    }

    private void tick() {
        long now = System.nanoTime();
        long passed = now - ticked;
        ticked = now;
        for (GrpcStream stream : streams) {
            stream.tick(now, passed);
        }
    }

    @Override
    public void close() {
        closed = true;
        ticking.cancel(false);
        streams.forEach(GrpcStream::close);
        shared.forEach(ManagedChannel::shutdownNow);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** A connection whose bytes are counted as they come off the socket. */
    private static final class Counted extends NioSocketChannel {

        private final Tally tally;

        Counted(Tally tally) {
            this.tally = tally;
        }

        @Override
        protected int doReadBytes(ByteBuf bytes) throws Exception {
            int length = super.doReadBytes(bytes);
            tally.wireBytes.add(Math.max(0, length));
            return length;
        }
    }
}
