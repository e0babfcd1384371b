package dev.weir.server.faults;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps a diary. Reads the protocol as it is published, with nothing of Weir's own code. Runs on a thread of its
 * own from {@link #start} until it is closed, or its stream has ended and it does not come back.
 */
abstract class Subscriber implements AutoCloseable {

    private static final long RETRY_MILLIS = 1_000;

    final Wish wish;
    final Diary diary;
    final Valve reading = new Valve();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile @Nullable Thread thread;
    private long retryMillis = RETRY_MILLIS;

    /** The three published protocols. */
    enum Protocol {
        SSE,
        NDJSON,
        GRPC;

        Subscriber subscriber(String http, String grpc, Wish wish, int number) {
            String name = name().toLowerCase(Locale.ROOT) + "-" + number;
            return switch (this) {
                case SSE -> new SseSubscriber(name, http, wish);
                case NDJSON -> new NdjsonSubscriber(name, http, wish);
                case GRPC -> new GrpcSubscriber(name, grpc, wish);
            };
        }
    }

    Subscriber(String name, Wish wish) {
        this.wish = wish;
        diary = new Diary(name);
    }

    /** So many subscribers, taking turns with the protocols; they are started. */
    static List<Subscriber> start(int count, String http, String grpc, Wish wish) {
        return IntStream.range(0, count)
                .mapToObj(n -> Protocol.values()[n % Protocol.values().length].subscriber(http, grpc, wish, n))
                .map(Subscriber::start)
                .toList();
    }

    Subscriber start() {
        // No virtual thread: one that always finds something to read would not let the others run.
        thread = Thread.ofPlatform().daemon().name(diary.name).start(this::live);
        return this;
    }

    /** Reads one stream to its end, and keeps the diary but for the end itself. Blocks. */
    abstract Entry.Disconnected read(@Nullable String after) throws IOException, InterruptedException;

    /** Ends the connection, if there is one. Any thread. */
    abstract void disconnect();

    private void live() {
        try {
            String after = wish.after();
            do {
                Entry.Disconnected end;
                try {
                    end = read(after);
                } catch (IOException cut) {
                    end = new Entry.Disconnected(System.nanoTime(), reason(cut), false);
                }
                diary.add(end);
                String last = diary.lastId();
                after = last == null ? after : last;
            } while (wish.comesBack() && !closed && !finished() && waited());
        } catch (InterruptedException leaving) {
            diary.add(new Entry.Disconnected(System.nanoTime(), "left", false));
        } finally {
            over.countDown();
        }
    }

    private boolean finished() {
        return !diary.all(Entry.End.class).isEmpty();
    }

    private boolean waited() throws InterruptedException {
        Thread.sleep(retryMillis + ThreadLocalRandom.current().nextLong(100));
        return !closed;
    }

    private static String reason(IOException cut) {
        return cut.getMessage() == null ? cut.getClass().getSimpleName() : cut.getMessage();
    }

    /** The server said when to come back. */
    final void retry(long millis) {
        retryMillis = millis > 0 ? millis : RETRY_MILLIS;
    }

    /** Reads nothing more until {@link #resume}. */
    final void pause() {
        reading.shut();
    }

    final void resume() {
        reading.open();
    }

    final boolean awaitOver(long seconds) {
        try {
            return over.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Leaves. Blocks until the diary is finished. */
    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        disconnect();
        if (running != null) {
            running.interrupt();
            awaitOver(10);
        }
    }
}
