package dev.weir.transport.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * One thread that steps the streams of many connections and writes to their channels, none of which blocks. What a step wants to
 * write goes through one buffer, which is empty between steps.
 */
final class WriterLoop implements Executor, AutoCloseable {

    private static final Logger LOG = System.getLogger(WriterLoop.class.getName());
    private static final int BUFFER = 64 << 10;

    private static final int SCRATCH = 512;

    /** How many steps may go by before the channels are looked at. */
    private static final int STEPS = 256;

    private final Selector selector;
    private final Thread thread;
    private volatile boolean closing;

    // guarded by this
    private List<Runnable> due = new ArrayList<>();
    private boolean sleeping;
    /** The thread's own to write. */
    private boolean closed;

    // the thread's
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final List<ChannelWire> leaving = new ArrayList<>();
    private List<Runnable> running = new ArrayList<>();
    /** What its own steps have added, and what they added in the turn before. */
    private List<Runnable> added = new ArrayList<>();

    private List<Runnable> addedBefore = new ArrayList<>();
    private int steps;

    WriterLoop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException failure) {
            throw new UncheckedIOException("no selector for " + name, failure);
        }
        thread = Thread.ofPlatform().name(name).daemon().start(this::loop);
    }

    /** Any thread, never waits. Once the loop is closed, a step runs on the calling thread: there it can only end its stream. */
    @Override
    public void execute(Runnable step) {
        if (Thread.currentThread().equals(thread) && !closed) {
            added.add(step);
            return;
        }
        boolean asleep;
        synchronized (this) {
            if (closed) {
                run(step);
                leaving.removeIf(ChannelWire::giveBack);
                return;
            }
            due.add(step);
            asleep = sleeping;
            sleeping = false;
        }
        if (asleep) {
            selector.wakeup();
        }
    }

    /** The thread's: where a step gathers what it writes. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** The thread's: from now on the wire is told when its channel can be read. */
    SelectionKey register(ChannelWire wire) throws IOException {
        wire.channel().configureBlocking(false);
        return wire.channel().register(selector, SelectionKey.OP_READ, wire);
    }

    /** The thread's: a channel whose key is cancelled is given back, soon. */
    void release(ChannelWire wire) {
        leaving.add(wire);
    }

    /** Runs what is due and ends the thread. Blocks until it has ended. Idempotent. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        try (selector) {
            while (!closing) {
                turn();
            }
        } catch (IOException | RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "a writer has ended; its streams stand still until they are cut", failure);
        } finally {
            end();
        }
    }

    private synchronized void end() {
        closed = true;
        due.addAll(added);
        due.forEach(this::run);
        leaving.removeIf(ChannelWire::giveBack);
    }

    private void turn() throws IOException {
        boolean idle = !take();
        run(running);
        run(addedBefore);
        if (idle && leaving.isEmpty()) {
            selector.select(this::selected);
            steps = 0;
        } else if (steps >= STEPS || !leaving.isEmpty()) {
            selector.selectNow(this::selected);
            steps = 0;
        }
        leaving.removeIf(ChannelWire::giveBack);
    }

    /** False: nothing is due, and whoever adds something must wake the selector. */
    private boolean take() {
        List<Runnable> own = added;
        added = addedBefore;
        addedBefore = own;
        synchronized (this) {
            List<Runnable> taken = due;
            due = running;
            running = taken;
            sleeping = taken.isEmpty() && own.isEmpty();
            return !sleeping;
        }
    }

    private void run(List<Runnable> all) {
        for (int i = 0; i < all.size(); i++) {
            run(all.get(i));
        }
        steps += all.size();
        all.clear();
    }

    private void run(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) {
            LOG.log(Level.ERROR, "a step failed", failure);
        } finally {
            buffer.clear();
        }
    }

    private void selected(SelectionKey key) {
        try {
            ((ChannelWire) key.attachment()).selected(scratch.clear());
        } catch (Throwable failure) {
            LOG.log(Level.ERROR, "a channel failed", failure);
            ((ChannelWire) key.attachment()).gone();
        }
    }
}
