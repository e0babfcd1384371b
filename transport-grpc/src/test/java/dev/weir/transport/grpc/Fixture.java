package dev.weir.transport.grpc;

import dev.weir.EventSource;
import dev.weir.Sources;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A real listener on a free port, and channels to it. */
final class Fixture implements AutoCloseable {

    final Sources sources = new Sources();
    final GrpcEndpoint endpoint;
    private final List<ManagedChannel> channels = new ArrayList<>();

    Fixture() throws IOException {
        this(GrpcTransport.MAX_WRITE_STALL);
    }

    Fixture(Duration maxWriteStall) throws IOException {
        endpoint = new GrpcTransport(maxWriteStall)
                .open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    Fixture with(String name, EventSource source) {
        sources.register(name, source);
        return this;
    }

    ManagedChannel channel() {
        ManagedChannel channel = NettyChannelBuilder.forAddress(endpoint.address())
                .usePlaintext()
                .flowControlWindow(64 * 1024)
                .build();
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        endpoint.close();
        sources.close();
    }
}
