package dev.weir.benchmarks;

import dev.weir.hub.Position;
import java.util.concurrent.TimeUnit;
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

/** What it costs to move a position on and write it as an id, which the log does for each event, and to read one that came back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class IdBenchmark {

    @Param({"1", "8", "64"})
    public int partitions;

    private Position position;
    private String id;
    private long next = 1_000_000;

    @Setup
    public void begin() {
        position = Position.start("orders", 7, partitions);
        for (int partition = 0; partition < partitions; partition++) {
            position.set(partition, next, 3);
        }
        id = position.id();
    }

    @Benchmark
    public String encode() {
        position.set((int) (next % partitions), next++, 3);
        return position.id();
    }

    @Benchmark
    public Position parse() {
        return Position.parse(id, position);
    }
}
