package dev.weir.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** What all subscribers of a run have seen together. Any thread; nothing blocks. */
final class Tally {

    private static final long LEAST_NANOS = 1_000;
    private static final long MOST_NANOS = Duration.ofHours(1).toNanos();

    /** Events that arrived whole, and bytes as they came off the sockets. */
    final LongAdder delivered = new LongAdder();

    final LongAdder wireBytes = new LongAdder();

    /** What must not happen. */
    final LongAdder lost = new LongAdder();

    final LongAdder doubled = new LongAdder();
    final LongAdder reordered = new LongAdder();
    final LongAdder torn = new LongAdder();

    /** Left out for slow and stalled readers, who were told. */
    final LongAdder missed = new LongAdder();

    /** Measured events that arrived before they were to be sent: the clocks differ. */
    final LongAdder early = new LongAdder();

    final LongAdder gaps = new LongAdder();
    final LongAdder stops = new LongAdder();
    /** Connections that ended unasked. */
    final LongAdder cuts = new LongAdder();

    final LongAdder stalledCuts = new LongAdder();
    final LongAdder opened = new LongAdder();
    final LongAdder reconnects = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder complete = new LongAdder();
    /** Streams that the server ended though they have no limit. */
    final LongAdder ended = new LongAdder();
    /** Subscribers that were accepted again after a storm. */
    final LongAdder back = new LongAdder();

    final Recorder latency = new Recorder(LEAST_NANOS, MOST_NANOS, 3);
    final Recorder firstEvent = new Recorder(LEAST_NANOS, MOST_NANOS, 3);

    private volatile long begin = Long.MAX_VALUE;
    private volatile long end = Long.MAX_VALUE;
    private volatile long completedAt;
    private volatile long backAt;
    private final AtomicReference<@Nullable String> complaint = new AtomicReference<>();
    private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();

    static void record(Recorder recorder, long nanos) {
        recorder.recordValue(Math.max(0, Math.min(nanos, MOST_NANOS)));
    }

    /** The wall clock in nanoseconds, as in {@code ts}. */
    static long unixNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    /** What is to be sent from now on is measured, however late it comes. */
    void begin() {
        begin = unixNanos();
    }

    /** What is to be sent from now on is no longer measured. */
    void end() {
        end = unixNanos();
    }

    /** Whether an event of this time is measured. */
    boolean measures(long unixNanos) {
        return unixNanos >= begin && unixNanos < end;
    }

    /** Whether an event of this time comes after all that are measured. */
    boolean isPast(long unixNanos) {
        return unixNanos >= end;
    }

    /** A subscriber has all it asked for. */
    void completed() {
        completedAt = System.nanoTime();
        complete.increment();
    }

    /** When the last subscriber had all it asked for, by {@link System#nanoTime}. */
    long completedAt() {
        return completedAt;
    }

    /** A subscriber was accepted again after a storm. */
    void returned() {
        backAt = System.nanoTime();
        back.increment();
    }

    /** When the last one was, by {@link System#nanoTime}. */
    long backAt() {
        return backAt;
    }

    /** Something went wrong that may pass; the latest is told when it does not. */
    void complain(String what) {
        complaint.set(what);
    }

    @Nullable
    String complaint() {
        return complaint.get();
    }

    /** The server said no, and would say it again. */
    void refuse(String why) {
        refusal.compareAndSet(null, why);
    }

    @Nullable
    String refusal() {
        return refusal.get();
    }

    /** Numbers that only grow, at one moment. */
    record Counts(long nanoTime, long delivered, long wireBytes) {}

    Counts counts() {
        return new Counts(System.nanoTime(), delivered.sum(), wireBytes.sum());
    }
}
