package dev.weir.benchmarks;

import dev.weir.Refusal;
import dev.weir.client.HttpPublisher;
import dev.weir.hub.Feed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One run over one transport: opens all subscribers, warms up, measures, and looks whether everything has arrived. */
final class Load {

    private static final long BEAT_MILLIS = 20;
    private static final Duration SETTLING = Duration.ofSeconds(5);
    private static final double BUSY = 0.9;
    private static final Duration OPENING = Duration.ofSeconds(10);
    private static final Duration OPENING_EACH = Duration.ofMillis(20);

    private static final String NO_ALLOCATED =
            "no allocated: the management agent of the process of --server-pid does not answer; Helidon lets it with "
                    + Allocation.ADMITTED + ", for ./weir in WEIR_JAVA_OPTS";

    private final Plan plan;
    private final @Nullable Watch server;
    private final Interruption interruption;
    private final Progress progress;
    private final Tally tally = new Tally();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Figures figures = new Figures();
    private final List<String> failures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean serverEnded;

    /** @param server what it spends is measured; null for one that is elsewhere */
    Load(Plan plan, @Nullable Watch server, Interruption interruption, Progress progress) {
        this.plan = plan;
        this.server = server;
        this.interruption = interruption;
        this.progress = progress;
    }

    /**
     * Blocks until the run is over.
     *
     * @throws CannotMeasure the server refuses, or does not answer
     */
    Result run() {
        if (server != null && !server.listensOn(plan.server().getPort())) {
            notes.add("the process of --server-pid does not listen on port "
                    + plan.server().getPort() + ": right for a server behind a proxy");
        }
        try (Readers readers = plan.readers(tally)) {
            if (server != null && !plan.steps().isEmpty()) {
                return new Memory(plan, server, interruption, notes).run(readers, this, tally);
            }
            double seconds = plan.limit() > 0 ? flatOut(readers) : live(readers);
            heap();
            readers.close();
            figures.firstEvents(tally.firstEvent.getIntervalHistogram());
            figures.checks(tally, plan.via());
            figures.endings(tally);
            judge();
            return new Result(plan, seconds, figures, failures, notes, List.of(), interruption.asked());
        }
    }

    private double live(Readers readers) {
        open(readers, plan.subscribers());
        double seconds = plan.publishing().pace().rate() > 0 ? published(readers) : settled(readers);
        figures.latency(tally.latency.getIntervalHistogram());
        return seconds;
    }

    private double published(Readers readers) {
        try (HttpPublisher publisher = new HttpPublisher(plan.publishing().to(), Map.of());
                Feed unused = new Feed("load", plan.publishing().pace(), events -> {
                    try {
                        publisher.publish(plan.topic(), events);
                    } catch (Refusal no) {
                        tally.refuse("publishing to " + plan.topic() + ": " + no.getMessage());
                    }
                })) {
            return settled(readers);
        }
    }

    private double settled(Readers readers) {
        double seconds = window(readers);
        settle();
        return seconds;
    }

    private double window(Readers readers) {
        try (Allocation allocation = server == null ? Allocation.UNKNOWN : server.allocation()) {
            if (await("warming up", plan.warmup(), this::refused)) {
                throw refusal();
            }
            if (interruption.asked()) {
                notes.add("it was interrupted before anything was measured");
                return 0;
            }
            allocation.begin();
            tally.begin();
            Moment before = now();
            measure(readers);
            Moment after = now();
            tally.end();
            OptionalDouble allocated = allocation.since();
            double seconds = between(before, after, after.counts().nanoTime());
            if (server != null && !serverEnded) {
                allocated.ifPresentOrElse(figures::allocated, () -> notes.add(NO_ALLOCATED));
            }
            return seconds;
        }
    }

    private double flatOut(Readers readers) {
        Moment before = now();
        for (int i = 0; i < plan.subscribers(); i++) {
            readers.open(subscriber(i));
        }
        boolean all = await("reading", plan.duration(), () -> tally.complete.sum() == plan.subscribers() || refused());
        Moment after = now();
        if (refused()) {
            throw refusal();
        }
        if (!all && !interruption.asked()) {
            failures.add("only " + tally.complete.sum() + " of " + plan.subscribers() + " subscribers have read "
                    + plan.limit() + " events within " + plan.duration().toSeconds() + " s");
        }
        return between(before, after, all ? tally.completedAt() : after.counts().nanoTime());
    }

    private void measure(Readers readers) {
        if (!plan.storm()) {
            await("measuring", plan.duration(), this::refused);
            return;
        }
        Duration half = plan.duration().dividedBy(2);
        await("measuring", half, this::refused);
        long cut = System.nanoTime();
        readers.storm();
        if (await("storm", half, () -> tally.back.sum() == plan.subscribers())) {
            long back = tally.backAt() - cut;
            figures.put(Metric.BACK, back / 1e3);
            await("measuring", half.minusNanos(back), this::refused);
        } else if (!interruption.asked()) {
            failures.add(plan.subscribers() - tally.back.sum() + " of " + plan.subscribers()
                    + " subscribers did not come back after the storm");
        }
    }

    /**
     * What can be compared with a later moment.
     *
     * @param server null if it isn't watched, or has ended
     */
    private record Moment(Tally.Counts counts, Watch.Use rig, Watch.@Nullable Use server) {}

    private Moment now() {
        return new Moment(tally.counts(), Watch.self().use(), serverUse());
    }

    private Watch.@Nullable Use serverUse() {
        try {
            return server == null ? null : server.use();
        } catch (CannotMeasure ended) {
            if (!serverEnded) {
                failures.add(String.valueOf(ended.getMessage()));
            }
            serverEnded = true;
            return null;
        }
    }

    /** The figures between two moments, and how many seconds they took. */
    private double between(Moment before, Moment after, long endNanoTime) {
        double seconds = (endNanoTime - before.counts().nanoTime()) / 1e9;
        long delivered = figures.events(before.counts(), after.counts(), seconds);
        double rigMicros = after.rig().cpuMicros() - before.rig().cpuMicros();
        if (delivered > 0) {
            figures.put(Metric.RIG_CPU, rigMicros / delivered);
        }
        limit(rigMicros / 1e6 / seconds, plan.threads()).ifPresent(notes::add);
        Watch.Use used = before.server();
        Watch.Use uses = after.server();
        if (used != null && uses != null) {
            figures.server(used, uses, delivered);
        }
        return seconds;
    }

    /** Whether the rig can do no more. What it spends beside reading is in its cores too, so it is a guess. */
    static Optional<String> limit(double cores, int threads) {
        return cores < BUSY * threads
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "the rig has used %.1f cores, and reads with --threads=%d: it may be what limits these figures",
                        cores,
                        threads));
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
                    plan.server().getAuthority() + " has accepted only " + tally.opened.sum() + " of " + all
                            + " subscribers within " + patience.toSeconds() + " s; the last reason: "
                            + tally.complaint());
        }
    }

    private boolean refused() {
        return tally.refusal() != null;
    }

    private CannotMeasure refusal() {
        return new CannotMeasure(
                CannotMeasure.USAGE, plan.server().getAuthority() + " refuses " + plan.what() + ": " + tally.refusal());
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

    /** Everybody must get past the measured time: only then has all arrived that was to be sent in it. */
    private void settle() {
        long target = subscribers.stream().mapToLong(Subscriber::next).max().orElse(-1);
        await("settling", SETTLING, () -> behind().isEmpty() || refused());
        List<Subscriber> behind = behind();
        if (behind.isEmpty() || refused() || interruption.asked()) {
            return;
        }
        failures.add(behind.size() + " of " + subscribers.size() + " subscribers lacked events " + SETTLING.toSeconds()
                + " s after the end: none came that was to be sent later");
        long first = subscribers.stream()
                .filter(one -> one.next() >= 0)
                .mapToLong(Subscriber::first)
                .min()
                .orElse(target);
        behind.forEach(one -> tally.lost.add(Math.max(0, target - (one.next() < 0 ? first : one.next()))));
    }

    private List<Subscriber> behind() {
        return subscribers.stream()
                .filter(one -> one.appetite() == Subscriber.Appetite.FULL && !one.isPast() && !one.ended())
                .toList();
    }

    private void heap() {
        if (server != null && !serverEnded && !interruption.asked()) {
            server.heapAfterGc()
                    .ifPresentOrElse(bytes -> figures.put(Metric.HEAP, bytes), () -> notes.add(Memory.NO_HEAP));
        }
    }

    private void judge() {
        for (Metric wrong : List.of(Metric.LOST, Metric.DOUBLED, Metric.REORDERED, Metric.TORN)) {
            Double count = figures.get(wrong);
            if (count != null && count > 0) {
                failures.add(Text.number(count) + (count == 1 ? " event " : " events ") + wrong.word());
            }
        }
        if (refused()) {
            failures.add("refused: " + tally.refusal());
        }
        if (tally.ended.sum() > 0) {
            failures.add(tally.ended.sum() + " streams without a limit were ended by the server");
        }
        Double delivered = figures.get(Metric.DELIVERED);
        if (!interruption.asked() && (delivered == null || delivered == 0)) {
            failures.add("no event arrived in the measured time; does the topic get any?");
        }
        if (tally.complaint() != null) {
            notes.add("the last complaint: " + tally.complaint());
        }
        if (tally.early.sum() > 0) {
            notes.add(tally.early.sum() + " events arrived before they were to be sent: the clocks differ");
        }
    }
}
