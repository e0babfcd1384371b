package dev.weir.benchmarks;

import dev.weir.Codec;
import dev.weir.Delivery;
import dev.weir.Event;
import dev.weir.Subscription;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * One event to many subscribers, all the way but for the socket: appended, woken, polled on one loop, encoded once, written to
 * a wire that only counts. An operation is over when every subscriber has everything.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class FanOutBenchmark {

    private static final int BURST = 64;

    @Param({"1", "100", "1000"})
    public int subscribers;

    private final CountingWire.Total total = new CountingWire.Total();
    private final List<Delivery> deliveries = new ArrayList<>();
    private Topic topic;
    private ExecutorService loop;
    private Event event;

    @Setup
    public void subscribe() throws IOException {
        Codec codec = Codecs.of("sse");
        event = Samples.order();
        topic = new Topic("orders", new Retention(16_384, 64 << 20, Duration.ZERO));
        loop = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("loop").daemon().factory());
        for (int n = 0; n < subscribers; n++) {
            Delivery delivery = new Delivery(topic, asked -> codec, new CountingWire(total));
            delivery.start(() -> Subscription.to("orders"), loop);
            deliveries.add(delivery);
        }
        total.reset(subscribers);
    }

    @TearDown
    public void leave() throws InterruptedException {
        deliveries.forEach(Delivery::cancel);
        loop.shutdown();
        if (!loop.awaitTermination(10, TimeUnit.SECONDS) || total.open() != 0) {
            throw new IllegalStateException(total.open() + " of " + subscribers + " streams were not ended");
        }
        topic.close();
    }

    /** Frames that reached a wire, and writes: how many frames shared one. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counted {
        public long delivered;
        public long writes;
    }

    /** Nothing else is on its way. */
    @Benchmark
    public void one(Counted counted) {
        send(1, counted);
    }

    /** Events that follow one another share writes. */
    @Benchmark
    public void burst(Counted counted) {
        send(BURST, counted);
    }

    private void send(int events, Counted counted) {
        long frames = total.frames();
        long writes = total.writes();
        for (int n = 0; n < events; n++) {
            topic.publish(event);
        }
        total.await(frames + (long) events * subscribers);
        counted.delivered += total.frames() - frames;
        counted.writes += total.writes() - writes;
    }
}
