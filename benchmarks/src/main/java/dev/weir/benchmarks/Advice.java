package dev.weir.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which transport suits which shape of work, in sentences made from what was measured. */
final class Advice {

    private final Evidence evidence;

    Advice(Evidence evidence) {
        this.evidence = evidence;
    }

    /** What one transport has reached. */
    private record Choice(String name, Interval value) {}

    /** One sentence for each shape of work that was measured on two transports or more. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        add(
                sentences,
                "A steady stream to many (1,000 subscribers at 100 events a second each)",
                Scenarios.LIVE,
                Metric.CPU,
                true,
                "of server CPU for each event");
        add(
                sentences,
                "People or programs that must hear of it soon (the same stream)",
                Scenarios.LIVE,
                Metric.P99,
                true,
                "from sending to arrival for 99 of 100 events");
        add(
                sentences,
                "Catching up, backfills and exports (as fast as it goes)",
                Scenarios.FLAT_OUT,
                Metric.RATE,
                false,
                "events in a second from one server");
        add(
                sentences,
                "A narrow or metered line",
                Scenarios.LIVE,
                Metric.WIRE,
                true,
                "on the wire for an event of 128 bytes");
        add(
                sentences,
                "Many who mostly wait (10,000 idle)",
                Scenarios.IDLE,
                Metric.RSS_PER_CONNECTION,
                true,
                "of memory each (gRPC: streams on 10 channels)");
        browser().ifPresent(sentences::add);
        return sentences;
    }

    private void add(List<String> to, String shape, String scenario, Metric metric, boolean less, String unit) {
        List<Choice> choices = choices(scenario, metric, less);
        if (choices.size() < 2) {
            return;
        }
        Choice best = choices.getFirst();
        List<Choice> same = choices.stream()
                .filter(one -> one.value().overlaps(best.value()))
                .toList();
        List<Choice> others =
                choices.stream().filter(one -> !same.contains(one)).toList();
        String told = names(same, Choice::name) + (same.size() > 1 ? ", which can't be told apart here: " : ": ")
                + names(same, one -> Text.figure(metric.field(), one.value().median())) + " " + unit;
        String rest = others.isEmpty()
                ? ""
                : ", against "
                        + names(
                                others,
                                one -> Text.figure(metric.field(), one.value().median()) + " with " + one.name() + " ("
                                        + Text.ratio(one.value().median()
                                                / best.value().median()) + " x)");
        to.add(shape + ": take " + told + rest + ".");
    }

    /** The best first. */
    private List<Choice> choices(String scenario, Metric metric, boolean less) {
        Comparator<Choice> order = Comparator.comparingDouble(one -> one.value().median());
        return List.of("sse", "ndjson", "grpc").stream()
                .flatMap(run -> evidence.figure(scenario, run, metric.field()).stream()
                        .map(value -> new Choice(name(run), value)))
                .sorted(less ? order : order.reversed())
                .toList();
    }

    private Optional<String> browser() {
        List<Choice> cpu = choices(Scenarios.LIVE, Metric.CPU, true);
        return cpu.stream()
                .filter(one -> one.name().equals("SSE") && cpu.size() > 1)
                .findFirst()
                .map(sse -> {
                    Choice best = cpu.getFirst();
                    String price =
                            sse.value().overlaps(best.value())
                                    ? "here that costs no more CPU than the cheapest, as far as can be told"
                                    : "here that costs "
                                            + Text.ratio(sse.value().median()
                                                    / best.value().median()) + " times the CPU of " + best.name();
                    return "Pages in a browser: take SSE, which alone needs no code of yours to come back with its last id; "
                            + price + ".";
                });
    }

    private static String names(List<Choice> choices, Function<Choice, String> name) {
        return choices.stream().map(name).collect(Collectors.joining(" and "));
    }

    /** As in tables. */
    static String name(String run) {
        return run.equals("grpc") ? "gRPC" : run.toUpperCase(Locale.ROOT);
    }
}
