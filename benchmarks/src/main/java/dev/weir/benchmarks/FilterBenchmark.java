package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Subscription;
import dev.weir.hub.Topic;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** A subscriber that wants one event in sixteen, beside one that wants all. An operation is one event looked at. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class FilterBenchmark {

    static final int HELD = 16_384;
    private static final int KINDS = 16;

    /** What is asked for. */
    @Param({"", "type=t7", "key=k7", "header.shop=s7", "type=t7&key=k7&header.shop=s7"})
    public String filter;

    private final Caller caller = Caller.at(new InetSocketAddress(0));
    private Topic topic;
    private Sources sources;

    @Setup
    public void fill() {
        topic = new Topic("orders");
        sources = new Sources().register("orders", topic);
        for (int n = 0; n < HELD; n++) {
            int kind = n % KINDS;
            List<Header> headers = List.of(new Header("shop", Bytes.utf8("s" + kind)));
            topic.publish(new Event("", 0, 0, n, "t" + kind, Bytes.utf8("k" + kind), headers, Samples.ORDER));
        }
    }

    @TearDown
    public void close() {
        sources.close();
        topic.close();
    }

    @Benchmark
    @OperationsPerInvocation(HELD)
    public int read() {
        int events = 0;
        String asked = "orders?from=earliest&until=latest" + (filter.isEmpty() ? "" : "&" + filter);
        try (Cursor cursor = sources.open(Subscription.parse(asked, Bytes.EMPTY, caller))) {
            cursor.onReady(() -> {});
            for (Signal signal = cursor.poll(); !(signal instanceof Signal.End); signal = cursor.poll()) {
                events += signal instanceof Event ? 1 : 0;
            }
        }
        if (events != (filter.isEmpty() ? HELD : HELD / KINDS)) {
            throw new IllegalStateException(events + " events passed " + filter);
        }
        return events;
    }
}
