package dev.weir.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run over one transport: opens all subscribers, warms up, measures, and looks whether everything has arrived. */
final class Load {

    private static final long BEAT_MILLIS = 20;
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration OPENING = Duration.ofSeconds(30);
    private static final Duration OPENING_EACH = Duration.ofMillis(10);

    private final Plan plan;
    private final @Nullable Watch watch;
    private final Interruption interruption;
    private final Progress progress;
    private final Tally tally = new Tally();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    private final List<String> failures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Load(Plan plan, @Nullable Watch watch, Interruption interruption, Progress progress) {
        this.plan = plan;
        this.watch = watch;
        this.interruption = interruption;
        this.progress = progress;
    }

    /**
     * Blocks until the run is over.
     *
     * @throws CannotMeasure the server refuses, or does not answer
     */
    Result run() {
        try (Readers readers = plan.readers(tally)) {
            Watch server = watch;
            if (server != null && !plan.steps().isEmpty()) {
                return new Memory(plan, server, interruption).run(readers, this, tally);
            }
            return plan.limit() > 0 ? flatOut(readers) : live(readers);
        }
    }

    private Result live(Readers readers) {
        open(readers, plan.subscribers());
        await("warming up", plan.warmup(), () -> false);
        tally.latency.getIntervalHistogram();
        Tally.Counts before = tally.counts();
        Watch.@Nullable Use used = use();
        measure(readers);
        Tally.Counts after = tally.counts();
        Histogram latency = tally.latency.getIntervalHistogram();
        double seconds = (after.nanoTime() - before.nanoTime()) / 1e9;
        events(after.delivered() - before.delivered(), after.wireBytes() - before.wireBytes(), seconds);
        cpu(used, after.delivered() - before.delivered());
        latency(latency);
        settle();
        return result(readers, seconds);
    }

    private void measure(Readers readers) {
        if (!plan.storm()) {
            await("measuring", plan.duration(), () -> false);
            return;
        }
        Duration half = plan.duration().dividedBy(2);
        await("measuring", half, () -> false);
        long cut = System.nanoTime();
        long all = tally.reconnects.sum() + plan.subscribers();
        readers.storm();
        if (await("storm", half, () -> tally.reconnects.sum() >= all)) {
            long back = System.nanoTime() - cut;
            figures.put(Metric.BACK, back / 1e3);
            await("measuring", half.minusNanos(back), () -> false);
        } else if (!interruption.asked()) {
            failures.add((all - tally.reconnects.sum()) + " subscribers did not come back after the storm");
        }
    }

    private Result flatOut(Readers readers) {
        Tally.Counts before = tally.counts();
        Watch.@Nullable Use used = use();
        for (int i = 0; i < plan.subscribers(); i++) {
            readers.open(subscriber(i));
        }
        boolean all = await("reading", plan.duration(), () -> tally.complete.sum() == plan.subscribers() || refused());
        Tally.Counts after = tally.counts();
        if (refused()) {
            throw refusal();
        }
        if (!all && !interruption.asked()) {
            failures.add(tally.complete.sum() + " of " + plan.subscribers() + " subscribers have read "
                    + plan.limit() + " events within " + plan.duration().toSeconds() + " s"
                    + (tally.complaint() == null ? "" : "; " + tally.complaint()));
        }
        double seconds = ((all ? tally.completedAt() : after.nanoTime()) - before.nanoTime()) / 1e9;
        events(after.delivered(), after.wireBytes(), seconds);
        cpu(used, after.delivered());
        return result(readers, seconds);
    }

    /** Opens more subscribers, and waits until the server has accepted them all. */
    void open(Readers readers, int more) {
        int all = subscribers.size() + more;
        for (int i = subscribers.size(); i < all; i++) {
            readers.open(subscriber(i));
        }
        Duration patience = OPENING.plus(OPENING_EACH.multipliedBy(more));
        boolean opened = await("opening", patience, () -> tally.opened.sum() >= all || refused());
        if (refused()) {
            throw refusal();
        }
        if (!opened && !interruption.asked()) {
            throw new CannotMeasure(
                    CannotMeasure.UNREACHABLE,
                    "only " + tally.opened.sum() + " of " + all + " subscribers were accepted within "
                            + patience.toSeconds() + " s; the last reason: " + tally.complaint());
        }
    }

    private boolean refused() {
        return tally.refusal() != null;
    }

    private CannotMeasure refusal() {
        return new CannotMeasure(
                CannotMeasure.USAGE,
                plan.server().getAuthority() + " refuses " + plan.topic() + ": " + tally.refusal());
    }

    private Subscriber subscriber(int number) {
        Subscriber subscriber = new Subscriber(tally, plan.appetite(number), plan.limit());
        subscribers.add(subscriber);
        return subscriber;
    }

    /** Waits for a condition; false if it does not come to hold in time, or the run is to end. */
    boolean await(String what, Duration longest, BooleanSupplier condition) {
        long begin = System.nanoTime();
        long passed = 0;
        while (!condition.getAsBoolean()) {
            long left = longest.toNanos() - passed;
            if (left <= 0 || interruption.asked(Math.min(BEAT_MILLIS, left / 1_000_000 + 1))) {
                return false;
            }
            passed = System.nanoTime() - begin;
            progress.show(plan, what, passed, longest.toNanos(), tally);
        }
        return true;
    }

    private void events(long delivered, long wireBytes, double seconds) {
        figures.put(Metric.DELIVERED, (double) delivered);
        figures.put(Metric.RATE, delivered / seconds);
        if (delivered > 0) {
            figures.put(Metric.WIRE, (double) wireBytes / delivered);
        }
    }

    private Watch.@Nullable Use use() {
        return watch == null ? null : watch.use();
    }

    private void cpu(Watch.@Nullable Use before, long delivered) {
        Watch.Use after = use();
        if (before == null || after == null) {
            return;
        }
        double user = after.userMicros() - before.userMicros();
        double system = after.systemMicros() - before.systemMicros();
        if (delivered > 0) {
            figures.put(Metric.USER, user / delivered);
            figures.put(Metric.SYSTEM, system / delivered);
            figures.put(Metric.CPU, (user + system) / delivered);
        }
        figures.put(Metric.SWITCHES, (double) after.switches() - before.switches());
        figures.put(Metric.RSS, (double) after.rssBytes());
        figures.put(Metric.THREADS, (double) after.threads());
    }

    private void latency(Histogram latency) {
        if (latency.getTotalCount() > 0) {
            figures.put(Metric.P50, latency.getValueAtPercentile(50) / 1e3);
            figures.put(Metric.P90, latency.getValueAtPercentile(90) / 1e3);
            figures.put(Metric.P99, latency.getValueAtPercentile(99) / 1e3);
            figures.put(Metric.P999, latency.getValueAtPercentile(99.9) / 1e3);
            figures.put(Metric.MAX, latency.getMaxValue() / 1e3);
            figures.put(Metric.MEAN, latency.getMean() / 1e3);
        }
    }

    /** Everybody must get what anybody has got by now. */
    private void settle() {
        long target = subscribers.stream().mapToLong(Subscriber::next).max().orElse(-1);
        if (!await("settling", SETTLING, () -> behind(target).isEmpty()) && !interruption.asked()) {
            List<Subscriber> behind = behind(target);
            failures.add(behind.size() + " subscribers lacked events " + SETTLING.toSeconds() + " s after the end"
                    + (tally.complaint() == null ? "" : "; " + tally.complaint()));
            behind.forEach(one -> tally.lost.add(target - Math.max(0, one.next())));
        }
    }

    private List<Subscriber> behind(long target) {
        return subscribers.stream()
                .filter(one -> one.appetite() == Subscriber.Appetite.FULL && one.next() < target)
                .toList();
    }

    private Result result(Readers readers, double seconds) {
        heap();
        readers.close();
        Histogram first = tally.firstEvent.getIntervalHistogram();
        if (first.getTotalCount() > 0) {
            figures.put(Metric.FIRST_P50, first.getValueAtPercentile(50) / 1e3);
            figures.put(Metric.FIRST_P99, first.getValueAtPercentile(99) / 1e3);
            figures.put(Metric.FIRST_MAX, first.getMaxValue() / 1e3);
        }
        counts();
        judge();
        return new Result(plan, seconds, figures, failures, notes, List.of(), interruption.asked());
    }

    private void heap() {
        if (watch != null && !interruption.asked()) {
            OptionalLong heap = watch.heapAfterGc();
            heap.ifPresentOrElse(bytes -> figures.put(Metric.HEAP, (double) bytes), () -> notes.add(Memory.NO_HEAP));
        }
    }

    private void counts() {
        figures.put(Metric.LOST, (double) tally.lost.sum());
        figures.put(Metric.DOUBLED, (double) tally.doubled.sum());
        figures.put(Metric.REORDERED, (double) tally.reordered.sum());
        figures.put(Metric.TORN, (double) tally.torn.sum());
        figures.put(Metric.MISSED, (double) tally.missed.sum());
        figures.put(Metric.GAPS, (double) tally.gaps.sum());
        figures.put(Metric.STOPS, (double) tally.stops.sum());
        figures.put(Metric.CUTS, (double) tally.cuts.sum());
        figures.put(Metric.RECONNECTS, (double) tally.reconnects.sum());
        figures.put(Metric.REFUSED, (double) tally.refused.sum());
        figures.put(Metric.STALLED_CUTS, (double) tally.stalledCuts.sum());
    }

    private void judge() {
        for (Metric wrong : List.of(Metric.LOST, Metric.DOUBLED, Metric.REORDERED, Metric.TORN)) {
            long count = figures.getOrDefault(wrong, 0.0).longValue();
            if (count > 0) {
                failures.add(wrong.word() + " " + count + (count == 1 ? " event" : " events"));
            }
        }
        if (refused()) {
            failures.add("the server refused: " + tally.refusal());
        }
        if (tally.delivered.sum() == 0) {
            failures.add("no event arrived; does the topic get any?");
        }
        if (tally.early.sum() > 0) {
            notes.add(tally.early.sum() + " events arrived before they were to be sent: the clocks differ");
        }
    }
}
