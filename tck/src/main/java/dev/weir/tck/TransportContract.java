package dev.weir.tck;

/**
 * The whole conformance test of a transport. Implement it in a test class, give a {@link TransportHarness}, and run it:
 *
 * <pre>{@code
 * class SseContractTest implements TransportContract {
 *     public TransportHarness harness() {
 *         return new SseHarness();
 *     }
 * }
 * }</pre>
 */
public interface TransportContract
        extends DeliveryContract,
                IdContract,
                JoinContract,
                GapContract,
                HeartbeatContract,
                CancellationContract,
                SlowContract,
                EndingContract,
                ColdContract,
                LifeContract {}
