package dev.weir;

import java.util.concurrent.TimeUnit;

/** An emitter that waits before each signal until its turn has come. */
final class PacedEmitter implements Cold.Emitter {

    private final Cold.Emitter out;
    private final long intervalNanos;
    private long turn = System.nanoTime();

    PacedEmitter(Cold.Emitter out, double signalsPerSecond) {
        if (!(signalsPerSecond > 0)) {
            throw new IllegalArgumentException("signalsPerSecond=" + signalsPerSecond + ": allowed is more than 0");
        }
        this.out = out;
        intervalNanos = (long) (TimeUnit.SECONDS.toNanos(1) / signalsPerSecond);
    }

    @Override
    public void emit(Signal signal) throws InterruptedException {
        long early = turn - System.nanoTime();
        if (early > 0) {
            TimeUnit.NANOSECONDS.sleep(early);
        }
        turn += intervalNanos - Math.min(early, 0);
        out.emit(signal);
    }
}
