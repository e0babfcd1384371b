package dev.weir.transport.grpc;

import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;

class GrpcContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new GrpcHarness();
    }
}
