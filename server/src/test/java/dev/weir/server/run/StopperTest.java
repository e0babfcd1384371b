package dev.weir.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sun.misc.Signal;
import sun.misc.SignalHandler;

class StopperTest {

    private static final Signal INT = new Signal("INT");
    private static final Signal TERM = new Signal("TERM");

    @Test
    @Timeout(30)
    void aSignalJustBeforeTheWaitEndsItLikeOneAfter() throws Exception {
        SignalHandler oldInt = Signal.handle(INT, any -> {});
        SignalHandler oldTerm = Signal.handle(TERM, any -> {});
        try {
            Stopper stopper = new Stopper();
            Signal.raise(TERM);
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }

            stopper.await();

            assertThat(stopper.asked()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        } finally {
            Signal.handle(INT, oldInt);
            Signal.handle(TERM, oldTerm);
        }
    }
}
