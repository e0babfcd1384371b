package dev.weir.server;

import dev.weir.tck.LoopbackHarness;
import dev.weir.tck.PairsContract;
import dev.weir.tck.TransportHarness;
import dev.weir.transport.chunked.NdjsonHarness;
import dev.weir.transport.grpc.GrpcHarness;
import dev.weir.transport.sse.SseHarness;
import java.util.List;

class TransportPairsTest implements PairsContract {

    @Override
    public List<TransportHarness> harnesses() {
        return List.of(new SseHarness(), new NdjsonHarness(), new GrpcHarness(), new LoopbackHarness());
    }
}
