package dev.weir.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PumpTest {

    @Test
    void noStepIsLostHoweverManyThreadsWake() throws Exception {
        var ran = new AtomicInteger();
        try (var pump = new Pump("pump-test")) {
            List<Thread> threads = IntStream.range(0, 8)
                    .mapToObj(n -> Thread.ofVirtual().start(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            pump.execute(ran::incrementAndGet);
                        }
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
            await().until(() -> ran.get() == 80_000);
        }
    }

    @Test
    void everyStepWakesAnIdlePump() throws Exception {
        try (var pump = new Pump("pump-test")) {
            for (int n = 0; n < 2_000; n++) {
                var done = new CompletableFuture<Void>();
                pump.execute(() -> done.complete(null));
                done.join();
            }
        }
    }

    @Test
    void aStepThatFailsHindersNone() {
        var ran = new AtomicInteger();
        try (var pump = new Pump("pump-test")) {
            pump.execute(() -> {
                throw new IllegalStateException("on purpose");
            });
            pump.execute(ran::incrementAndGet);
            await().until(() -> ran.get() == 1);
        }
    }

    @Test
    void aClosedPumpRunsStepsOnTheCallersThread() {
        var pump = new Pump("pump-test");
        pump.close();
        var ran = new ArrayList<Thread>();
        pump.execute(() -> ran.add(Thread.currentThread()));
        assertThat(ran).containsExactly(Thread.currentThread());
    }
}
