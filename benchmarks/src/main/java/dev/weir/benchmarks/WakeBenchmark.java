package dev.weir.benchmarks;

import dev.weir.Event;
import dev.weir.hub.LogCursor;
import dev.weir.hub.Position;
import dev.weir.hub.Retention;
import dev.weir.hub.TopicLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An event appended while all readers wait: each is woken by the log's waker, takes the event, and waits again. An operation is over
 * when all have it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class WakeBenchmark {

    private static final long DEADLINE_NANOS = 20_000_000_000L;

    @Param({"1", "100", "10000"})
    public int waiters;

    private final AtomicLong taken = new AtomicLong();
    private TopicLog log;
    private Event event;

    @Setup
    public void park() {
        Position start = Position.start("orders", 7, 1);
        log = new TopicLog("orders", start, new Retention(1_024, 1 << 20, Duration.ZERO));
        event = Samples.order().at(start.id(), 0, 0);
        for (int n = 0; n < waiters; n++) {
            LogCursor cursor = log.cursor(0);
            cursor.onReady(() -> takeAll(cursor));
            takeAll(cursor);
        }
    }

    private void takeAll(LogCursor cursor) {
        while (cursor.poll() != null) {
            taken.setRelease(taken.getPlain() + 1);
        }
    }

    @TearDown
    public void close() {
        log.close();
    }

    @Benchmark
    public long wake() {
        long wanted = taken.getPlain() + waiters;
        log.append(event);
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (taken.getAcquire() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(taken.get() + " of " + wanted + " were taken");
            }
            Thread.onSpinWait();
        }
        return taken.getPlain();
    }
}
