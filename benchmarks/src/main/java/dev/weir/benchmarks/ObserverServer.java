package dev.weir.benchmarks;

import dev.weir.hub.Pace;
import dev.weir.transport.grpc.v1.Streams;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** {@link ObserverStreams} on a listener. */
record ObserverServer(int port, ObserverStreams streams, Runnable stop) implements Baseline.Served {

    static ObserverServer netty(int port, Pace pace) throws IOException {
        ObserverStreams streams = new ObserverStreams(pace);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(streams)
                .build()
                .start();
        return new ObserverServer(server.getPort(), streams, server::shutdownNow);
    }

    /** Without compression, which Helidon has on where a client accepts it, and grpc-java has not. */
    static ObserverServer helidon(int port, Pace pace) {
        ObserverStreams streams = new ObserverStreams(pace);
        WebServer server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(port)
                .shutdownHook(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .addProtocol(GrpcConfig.builder().enableCompression(false).build())
                .addRouting(GrpcRouting.builder().service(Streams.getDescriptor(), streams))
                .build()
                .start();
        return new ObserverServer(server.port(), streams, server::stop);
    }

    @Override
    public void close() {
        streams.close();
        stop.run();
    }
}
