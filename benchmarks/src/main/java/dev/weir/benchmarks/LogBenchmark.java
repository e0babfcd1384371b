package dev.weir.benchmarks;

import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.LogCursor;
import dev.weir.hub.Position;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.hub.TopicLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The shared log alone: no wire, no format, nobody asleep. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class LogBenchmark {

    private static final int HELD = 16_384;
    private static final int PARTITIONS = 8;

    private Topic topic;
    private TopicLog log;
    private TopicLog full;
    private LogCursor follower;
    private LogCursor reader;
    private Event event;
    private Position resumed;

    @Setup
    public void fill() {
        Retention retention = new Retention(HELD, 64 << 20, Duration.ZERO);
        Position start = Position.start("orders", 7, PARTITIONS);
        topic = new Topic("orders", retention);
        log = new TopicLog("log", start, retention);
        follower = log.cursor(0);
        event = Samples.order().at(start.id(), 0, 0);
        full = new TopicLog("full", start, retention);
        Position at = start.copy();
        for (int n = 0; n < 2 * HELD; n++) {
            int partition = n % PARTITIONS;
            at.set(partition, at.offset(partition) + 1, 3);
            full.append(Samples.order().at(at.id(), partition, at.offset(partition) - 1));
            if (n == HELD + HELD / 3) {
                resumed = at.copy();
            }
        }
        reader = full.cursor(full.tail());
    }

    @TearDown
    public void close() {
        topic.close();
        log.close();
        full.close();
    }

    /** With the making of its id. */
    @Benchmark
    public Event publish() {
        return topic.publish(event);
    }

    /** An event that has its id, and its reading by one who follows. */
    @Benchmark
    public @Nullable Signal appendAndPoll() {
        log.append(event);
        return follower.poll();
    }

    @Benchmark
    public @Nullable Signal poll() {
        if (reader.next() == full.head()) {
            reader = full.cursor(full.tail());
        }
        return reader.poll();
    }

    /** A client comes back to a full log of eight partitions (rule I6: a seek, not a scan). */
    @Benchmark
    public @Nullable LogCursor join() {
        return full.join(resumed);
    }
}
