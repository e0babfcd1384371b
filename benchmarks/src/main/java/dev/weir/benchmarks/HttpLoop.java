package dev.weir.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** One thread that reads many HTTP connections. */
final class HttpLoop {

    /** So many connections are in the making at once; a storm has no such bound. */
    private static final int MOST_OPENING = 64;

    private static final long TICK_MILLIS = 20;
    private static final int BUFFER = 64 << 10;

    final Plan plan;
    final InetSocketAddress server;
    final Tally tally;
    final Frames frames;
    final Selector selector;

    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Queue<HttpStream> waiting = new ArrayDeque<>();
    private final List<HttpStream> streams = new ArrayList<>();
    private byte[] room = new byte[BUFFER];
    private ByteBuffer view = ByteBuffer.wrap(room);
    private int opening;
    private long ticked = System.nanoTime();
    private volatile boolean closed;

    HttpLoop(Plan plan, InetSocketAddress server, Tally tally, Frames frames) {
        this.plan = plan;
        this.server = server;
        this.tally = tally;
        this.frames = frames;
        try {
            selector = Selector.open();
        } catch (IOException noDescriptors) {
            throw new UncheckedIOException(noDescriptors);
        }
        thread = Thread.ofPlatform().name("weir-load-http").daemon().start(this::run);
    }

    void open(Subscriber subscriber) {
        soon(() -> {
            HttpStream stream = new HttpStream(this, subscriber);
            streams.add(stream);
            waiting.add(stream);
        });
    }

    void storm() {
        soon(() -> {
            streams.forEach(HttpStream::leaveWithAll);
            streams.forEach(HttpStream::comeBack);
        });
    }

    /** Waits for the thread to end, which takes a moment. */
    void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void soon(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void run() {
        try (selector) {
            while (!closed) {
                selector.select(HttpLoop::ready, TICK_MILLIS);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                tick();
                while (opening < MOST_OPENING && !waiting.isEmpty()) {
                    opening++;
                    waiting.remove().connect();
                }
            }
            streams.forEach(HttpStream::close);
        } catch (IOException broken) {
            tally.refuse("the selector broke: " + broken);
        }
    }

    private static void ready(SelectionKey key) {
        ((HttpStream) key.attachment()).ready();
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - ticked >= TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
            long passed = now - ticked;
            ticked = now;
            for (HttpStream stream : streams) {
                stream.tick(now, passed);
            }
        }
    }

    /** A connection is made, or has failed. */
    void opened() {
        opening = Math.max(0, opening - 1);
    }

    /** Room for more than what is carried, shared by all connections. */
    byte[] room(int carried) {
        if (room.length - carried < BUFFER / 2) {
            room = new byte[room.length * 2];
            view = ByteBuffer.wrap(room);
        }
        return room;
    }

    /** A part of the room, to be read into. */
    ByteBuffer view(int from, int to) {
        return view.limit(to).position(from);
    }
}
