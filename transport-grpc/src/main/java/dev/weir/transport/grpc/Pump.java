package dev.weir.transport.grpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/** One thread that runs the steps of many streams in the order in which they became ready. A step never blocks. */
final class Pump implements Executor, AutoCloseable {

    private static final Logger LOG = System.getLogger(Pump.class.getName());

    private final Queue<Runnable> due = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closing;
    private volatile boolean closed;

    Pump(String name) {
        thread = Thread.ofPlatform().name(name).daemon().start(this::pump);
    }

    /** Any thread, never waits. Once the pump is closed, a step runs on the calling thread: there it can only end its stream. */
    @Override
    public void execute(Runnable step) {
        due.add(step);
        if (idle) {
            idle = false;
            LockSupport.unpark(thread);
        }
        if (closed) {
            runAll();
        }
    }

    /** Runs what is due and ends the thread. Blocks until it has ended. Idempotent. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump() {
        while (!closing) {
            runAll();
            idle = true;
            if (due.isEmpty() && !closing) {
                LockSupport.park(this);
            }
            idle = false;
        }
        closed = true;
        runAll();
    }

    private void runAll() {
        for (Runnable step = due.poll(); step != null; step = due.poll()) {
            try {
                step.run();
            } catch (Throwable failure) {
                LOG.log(Level.ERROR, "a step failed", failure);
            }
        }
    }
}
