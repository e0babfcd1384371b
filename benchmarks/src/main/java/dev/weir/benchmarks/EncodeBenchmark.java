package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Event;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to make the frame of an event, which the first subscriber pays, and to share it, which all others pay. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class EncodeBenchmark {

    @Param({"loopback", "sse", "ndjson", "json-seq", "text", "csv", "raw", "grpc"})
    public String format;

    private Codec codec;
    private Event event;

    @Setup
    public void prepare() {
        codec = Codecs.of(format);
        event = (format.equals("csv") ? Samples.row() : Samples.order()).at("1.HBaK2w.AAAABw.1IQDAA", 0, 50_000);
    }

    @Benchmark
    public @Nullable Bytes encode() {
        return codec.encode(event);
    }

    @Benchmark
    public @Nullable Bytes share() {
        return event.frame(codec);
    }
}
