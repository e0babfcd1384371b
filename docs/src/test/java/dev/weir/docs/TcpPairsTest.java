package dev.weir.docs;

import dev.weir.tck.LoopbackHarness;
import dev.weir.tck.PairsContract;
import dev.weir.tck.TransportHarness;
import java.util.List;

class TcpPairsTest implements PairsContract {

    @Override
    public List<TransportHarness> harnesses() {
        return List.of(new TcpHarness(), new LoopbackHarness());
    }
}
