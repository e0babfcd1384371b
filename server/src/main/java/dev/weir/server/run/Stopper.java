package dev.weir.server.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * Ctrl-C and SIGTERM. The first asks the process to end, and the JVM's own way of ending is left aside, because it would exit with
 * 143 in the middle of it; the second ends the process at once.
 */
public final class Stopper {

    private static final int OF_SIGNAL = 128;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final Thread starter = Thread.currentThread();
    private boolean starting = true;

    /** Takes over both signals for the whole process. The calling thread is interrupted by a signal before {@link #await}. */
    public Stopper() {
        Signal.handle(new Signal("INT"), this::signalled);
        Signal.handle(new Signal("TERM"), this::signalled);
    }

    private void signalled(Signal signal) {
        if (!first.compareAndSet(true, false)) {
            Runtime.getRuntime().halt(OF_SIGNAL + signal.getNumber());
        }
        asked.countDown();
        synchronized (starter) {
            if (starting) {
                starter.interrupt();
            }
        }
    }

    /**
     * Whether a signal has come.
     *
     * @return true if the process is to end
     */
    public boolean asked() {
        return asked.getCount() == 0;
    }

    /**
     * Waits for the first signal. Blocks; a signal that came before is not taken for an interrupt.
     *
     * @throws InterruptedException the thread is to end for another reason
     */
    public void await() throws InterruptedException {
        synchronized (starter) {
            starting = false;
        }
        try {
            asked.await();
        } catch (InterruptedException stopped) {
            if (!asked()) {
                throw stopped;
            }
        }
    }
}
