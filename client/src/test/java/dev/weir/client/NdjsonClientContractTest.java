package dev.weir.client;

import dev.weir.client.RemoteSource.Via;
import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;
import dev.weir.transport.chunked.ChunkedTransport;

class NdjsonClientContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new ClientHarness(ChunkedTransport::new, Via.NDJSON);
    }
}
