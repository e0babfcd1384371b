package dev.weir.transport.chunked;

import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;

class NdjsonContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new NdjsonHarness();
    }
}
