package dev.weir.docs;

import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;

// snippet:contract
class TcpTransportContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new TcpHarness();
    }
}
// end:contract
