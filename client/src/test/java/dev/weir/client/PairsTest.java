package dev.weir.client;

import dev.weir.client.RemoteSource.Via;
import dev.weir.tck.PairsContract;
import dev.weir.tck.TransportHarness;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseTransport;
import java.util.List;

class PairsTest implements PairsContract {

    @Override
    public List<TransportHarness> harnesses() {
        return List.of(
                new ClientHarness(SseTransport::new, Via.SSE),
                new ClientHarness(ChunkedTransport::new, Via.NDJSON),
                new ClientHarness(GrpcTransport::new, Via.GRPC));
    }
}
