package dev.weir.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;

/** The cost of a call that does nothing: the floor under every other row. */
public class BaselineBenchmark {
    @Benchmark
    public void nothing() {}
}
