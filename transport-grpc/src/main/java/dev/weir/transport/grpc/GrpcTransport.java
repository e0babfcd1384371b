package dev.weir.transport.grpc;

import dev.weir.EventSource;
import dev.weir.Transport;
import io.grpc.ServerBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Events over gRPC: the service {@code weir.v1.EventStreams}. Has a listener of its own, with health and reflection, or joins a
 * server that an application builds.
 *
 * <p>A stream that has to be cut, because its client is stalled or the server goes, is reset: the client sees {@code CANCELLED}.
 */
public final class GrpcTransport implements Transport {

    /** How long a stream may make no progress, unless said otherwise. */
    public static final Duration MAX_WRITE_STALL = Duration.ofSeconds(30);

    /**
     * gRPC logs a stack trace for each stream that is cut, each client that leaves and each message that is too large; held, or
     * their level is forgotten.
     */
    private static final List<Logger> QUIET = Stream.of(
                    "io.grpc.internal.ServerCallImpl",
                    "io.grpc.netty.NettyServerHandler",
                    "io.grpc.netty.NettyServerStream")
            .map(Logger::getLogger)
            .toList();

    /** A message that is no protobuf is an exception in gRPC's executor, logged with its stack trace for each client that sends one. */
    private static final List<Logger> EXECUTORS = Stream.of(
                    "io.grpc.internal.SerializeReentrantCallsDirectExecutor", "io.grpc.internal.SerializingExecutor")
            .map(Logger::getLogger)
            .toList();

    private final Duration maxWriteStall;

    /** With {@link #MAX_WRITE_STALL}. */
    public GrpcTransport() {
        this(MAX_WRITE_STALL);
    }

    /**
     * With another patience.
     *
     * @param maxWriteStall how long a stream may make no progress before it is cut
     */
    public GrpcTransport(Duration maxWriteStall) {
        this.maxWriteStall = maxWriteStall;
    }

    @Override
    public String name() {
        return "grpc";
    }

    @Override
    public GrpcEndpoint open(EventSource source, InetSocketAddress address) throws IOException {
        return open(source, address, host -> {});
    }

    /**
     * Starts to listen, with more on the same listener. Blocks until connections are accepted.
     *
     * @param source what clients may open
     * @param address where to listen; port 0 takes a free one
     * @param more adds services, interceptors or TLS before the server starts; the server's executor is the calling thread of
     *     netty, so a service that blocks needs threads of its own
     * @return the listener
     * @throws IOException the address cannot be used; the message names it
     */
    public GrpcEndpoint open(EventSource source, InetSocketAddress address, Consumer<NettyServerBuilder> more)
            throws IOException {
        EventLoopGroup acceptor =
                new MultiThreadIoEventLoopGroup(1, threads("weir-grpc-acceptor"), NioIoHandler.newFactory());
        EventLoopGroup loops = new Loops(threads("weir-grpc"));
        GrpcStreams streams = null;
        try {
            NettyServerBuilder host = tune(NettyServerBuilder.forAddress(address))
                    .directExecutor()
                    .bossEventLoopGroup(acceptor)
                    .workerEventLoopGroup(loops)
                    .channelType(NioServerSocketChannel.class);
            more.accept(host);
            streams = join(host, source, maxWriteStall, loops);
            return GrpcEndpoint.start(host, streams, List.of(acceptor, loops), address);
        } catch (IOException | RuntimeException | Error failure) {
            if (streams != null) {
                streams.close();
            }
            GrpcEndpoint.end(List.of(acceptor, loops));
            throw failure;
        }
    }

    private static ThreadFactory threads(String name) {
        return new DefaultThreadFactory(name, true);
    }

    /** One for each processor. Streams are stepped between two looks at the connections, which must not wait for long. */
    private static final class Loops extends MultiThreadIoEventLoopGroup {

        private static final long STEPS_MILLIS = 20;

        Loops(ThreadFactory threads) {
            super(Runtime.getRuntime().availableProcessors(), threads, NioIoHandler.newFactory());
        }

        @Override
        protected IoEventLoop newChild(Executor thread, IoHandlerFactory handlers, Object... arguments) {
            return new SingleThreadIoEventLoop(
                    this, thread, handlers, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), STEPS_MILLIS);
        }
    }

    /**
     * Adds the streams to a server that an application builds. Does not block.
     *
     * @param host not yet built
     * @param source what clients may open
     * @return the streams; to be closed before the server, else its clients see them end only with the connection
     */
    public static GrpcStreams join(ServerBuilder<?> host, EventSource source) {
        return join(host, source, MAX_WRITE_STALL);
    }

    /**
     * Adds the streams to a server that an application builds. Does not block.
     *
     * @param host not yet built
     * @param source what clients may open
     * @param maxWriteStall how long a stream may make no progress before it is cut
     * @return the streams; to be closed before the server, else its clients see them end only with the connection
     */
    public static GrpcStreams join(ServerBuilder<?> host, EventSource source, Duration maxWriteStall) {
        return join(host, source, maxWriteStall, List.of());
    }

    private static GrpcStreams join(
            ServerBuilder<?> host, EventSource source, Duration maxWriteStall, Iterable<EventExecutor> loops) {
        for (Logger logger : QUIET) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.SEVERE);
            }
        }
        for (Logger logger : EXECUTORS) {
            if (logger.getFilter() == null) {
                logger.setFilter(record -> !(record.getThrown() instanceof StatusRuntimeException));
            }
        }
        GrpcStreams streams = new GrpcStreams(source, maxWriteStall, loops);
        host.addService(streams);
        return streams;
    }

    /**
     * Sets what long streams and strangers ask of a listener: a peer that has vanished is found within 25 seconds, clients may
     * ping every 30 seconds, metadata are limited to 8 KiB, requests to 4 MiB, streams to 1,000 a connection, and resets to 100
     * in 10 seconds. Buffers come from Netty's default allocator, which costs less here than the one of grpc-java.
     *
     * @param host not yet built
     * @return the same
     */
    public static NettyServerBuilder tune(NettyServerBuilder host) {
        return host.withChildOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                .keepAliveTime(15, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(30, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxInboundMetadataSize(8 * 1024)
                .maxInboundMessageSize(4 * 1024 * 1024)
                .maxConcurrentCallsPerConnection(1_000)
                .maxRstFramesPerWindow(100, 10)
                .flowControlWindow(256 * 1024);
    }
}
