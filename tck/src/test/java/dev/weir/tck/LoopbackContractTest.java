package dev.weir.tck;

class LoopbackContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new LoopbackHarness();
    }
}
