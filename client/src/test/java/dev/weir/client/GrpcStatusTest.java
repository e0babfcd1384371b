package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Signal;
import dev.weir.client.RemoteSource.Via;
import dev.weir.tck.Probe;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.Open;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a stream that gRPC itself, or something on the way, ends behind its head. */
@Timeout(30)
class GrpcStatusTest {

    @ParameterizedTest
    @CsvSource({
        "PERMISSION_DENIED, FORBIDDEN, not for you",
        "UNAUTHENTICATED, UNAUTHENTICATED, not for you",
        "UNIMPLEMENTED, NOT_FOUND, the remote server has no event streams",
        "RESOURCE_EXHAUSTED, INTERNAL, the remote server failed",
        "UNAVAILABLE, SOURCE_UNAVAILABLE, the connection was lost; come back with the last id"
    })
    void aStatusBehindTheHeadIsAStopWithItsCode(Status.Code status, Code code, String message) throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new EventStreamsGrpc.EventStreamsImplBase() {
                    @Override
                    public void subscribe(SubscribeRequest asked, StreamObserver<SubscribeResponse> out) {
                        out.onNext(SubscribeResponse.newBuilder()
                                .setOpen(Open.newBuilder().setId("orders.7"))
                                .build());
                        out.onError(
                                status.toStatus().withDescription("not for you").asRuntimeException());
                    }
                })
                .build()
                .start();
        try (RemoteSource remote = RemoteSource.of(Via.GRPC, URI.create("http://127.0.0.1:" + server.getPort()));
                Probe probe = Probe.open(remote, "orders")) {
            Signal.Stop stop = probe.next(Signal.Stop.class);
            assertThat(stop.code()).isEqualTo(code);
            assertThat(stop.message()).isEqualTo(message);
            assertThat(stop.id()).isEqualTo("orders.7");
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }
}
