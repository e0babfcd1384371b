package dev.weir.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: the run ends early and tells what it has, and only then the JVM ends, with the signal's exit code. */
final class Interruption {

    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(1);

    /** Makes the JVM wait at its end until all is told. */
    static Interruption ofThisProcess() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::ending, "weir-load-end"));
        return interruption;
    }

    private void ending() {
        interrupt();
        try {
            if (!told.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("weir: the run did not end in time; its results are lost");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the run to end. */
    void interrupt() {
        asked.countDown();
    }

    /** Everything is written. */
    void told() {
        told.countDown();
    }

    boolean asked() {
        return asked.getCount() == 0;
    }

    /** Waits; true at once when the run is to end. */
    boolean asked(long millis) {
        try {
            return asked.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            interrupt();
            return true;
        }
    }
}
