package dev.weir.tck;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A chapter of the contract: tests whose names begin with the number of their rule. */
@ExtendWith(StageExtension.class)
@Timeout(60)
interface Contract {

    /**
     * How to reach the transport.
     *
     * @return a new harness, closed after the test
     */
    TransportHarness harness();
}
