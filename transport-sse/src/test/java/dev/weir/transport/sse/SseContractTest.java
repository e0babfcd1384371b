package dev.weir.transport.sse;

import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;

class SseContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new SseHarness();
    }
}
