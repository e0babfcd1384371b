package dev.weir.transport.grpc;

import dev.weir.Endpoint;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A gRPC listener with its streams, health ({@code grpc.health.v1}) and reflection. Safe for any number of threads. */
public final class GrpcEndpoint implements Endpoint {

    private final Server server;
    private final GrpcStreams streams;
    private final List<EventLoopGroup> loops;
    private final HealthStatusManager health;
    private final AtomicBoolean draining = new AtomicBoolean();

    private GrpcEndpoint(Server server, GrpcStreams streams, List<EventLoopGroup> loops, HealthStatusManager health) {
        this.server = server;
        this.streams = streams;
        this.loops = loops;
        this.health = health;
    }

    @SuppressWarnings("deprecation") // grpcurl and others still ask the older reflection
    static GrpcEndpoint start(
            NettyServerBuilder host, GrpcStreams streams, List<EventLoopGroup> loops, InetSocketAddress address)
            throws IOException {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus(EventStreamsGrpc.SERVICE_NAME, ServingStatus.SERVING);
        Server server = host.addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(ProtoReflectionService.newInstance())
                .build();
        try {
            return new GrpcEndpoint(server.start(), streams, loops, health);
        } catch (IOException taken) {
            throw new IOException("cannot listen on " + address + ": " + taken.getMessage(), taken);
        }
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().get(0);
    }

    /**
     * How many streams are open.
     *
     * @return 0 or more
     */
    public int streams() {
        return streams.open();
    }

    /** Health says {@code NOT_SERVING} from here on; nothing else changes. Does not block. Idempotent. */
    public void drain() {
        if (draining.compareAndSet(false, true)) {
            health.enterTerminalState();
        }
    }

    @Override
    public void close() {
        drain();
        server.shutdown();
        streams.close();
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        end(loops);
    }

    /** Ends the threads of a listener. Blocks until they have ended, two seconds at the most. */
    static void end(List<EventLoopGroup> loops) {
        loops.stream()
                .map(group -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS))
                .toList()
                .forEach(ended -> ended.awaitUninterruptibly(2, TimeUnit.SECONDS));
    }
}
