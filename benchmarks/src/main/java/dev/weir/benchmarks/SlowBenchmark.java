package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A subscriber that is overtaken again and again: twice as many events as the topic holds, of 64 keys, are published, then it takes
 * what its policy leaves. An operation is one event published.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class SlowBenchmark {

    static final int HELD = 1_024;
    private static final int KEYS = 64;

    /** What is asked for; of a topic in memory, which stores nothing to catch up from. */
    @Param({"drop-oldest", "conflate", "disconnect"})
    public String slow;

    private Subscription asked;
    private Topic topic;
    private Cursor cursor;
    private Event[] events;

    @Setup
    public void open() {
        asked = Subscription.parse("orders?slow=" + slow, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
        topic = new Topic("orders", new Retention(HELD, 64 << 20, Duration.ZERO));
        cursor = topic.open(asked);
        events = new Event[KEYS];
        for (int key = 0; key < KEYS; key++) {
            events[key] = Samples.order().withKey(Bytes.utf8("k" + key));
        }
    }

    @TearDown
    public void close() {
        cursor.close();
        topic.close();
    }

    @Benchmark
    @OperationsPerInvocation(2 * HELD)
    public int overtake() {
        for (int n = 0; n < 2 * HELD; n++) {
            topic.publish(events[n % KEYS]);
        }
        int taken = 0;
        @Nullable Signal signal = cursor.poll();
        boolean told = signal instanceof Signal.Gap gap
                ? gap.count().orElse(0) == HELD
                : signal instanceof Signal.Stop || slow.equals("conflate");
        while (signal != null && !(signal instanceof Signal.Stop)) {
            taken += signal instanceof Event ? 1 : 0;
            signal = cursor.poll();
        }
        if (signal != null) {
            cursor.close();
            cursor = topic.open(asked);
        }
        if (!told || taken != wanted()) {
            throw new IllegalStateException(slow + ": " + taken + " of " + wanted() + " events were taken");
        }
        return taken;
    }

    private int wanted() {
        return switch (slow) {
            case "drop-oldest" -> HELD;
            case "conflate" -> KEYS;
            default -> 0;
        };
    }
}
