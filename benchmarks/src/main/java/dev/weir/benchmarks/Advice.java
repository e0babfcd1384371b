package dev.weir.benchmarks;

import dev.weir.benchmarks.Evidence.Measurement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private record Choice(Measurement of, Interval value) {

        String name() {
            return of.run().startsWith("grpc") ? "gRPC" : of.run().toUpperCase(Locale.ROOT);
        }
    }

    /** One sentence for each shape of work that was measured on two transports or more. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        add(sentences, "A steady stream to many", Scenarios.LIVE, Metric.CPU, true, "of server CPU for each event");
        add(
                sentences,
                "People or programs that must hear of it soon",
                Scenarios.LIVE,
                Metric.P99,
                true,
                "from sending to arrival for 99 of 100 events");
        add(
                sentences,
                "Catching up, backfills and exports, as fast as it goes",
                Scenarios.FLAT_OUT,
                Metric.RATE,
                false,
                "events in a second from one server");
        add(sentences, "Many who mostly wait", Scenarios.IDLE, Metric.RSS_PER_CONNECTION, true, "of memory each");
        browser().ifPresent(sentences::add);
        return sentences;
    }

    /** Those are ranked whose streams have a connection each; those that share are told beside. */
    private void add(List<String> to, String work, String scenario, Metric metric, boolean less, String unit) {
        Map<Boolean, List<Choice>> choices = choices(scenario, metric, less);
        List<Choice> alone = choices.getOrDefault(false, List.of());
        if (alone.size() < 2) {
            return;
        }
        Choice best = alone.getFirst();
        List<Choice> same =
                alone.stream().filter(one -> one.value().overlaps(best.value())).toList();
        List<Choice> others = alone.stream().filter(one -> !same.contains(one)).toList();
        Function<Choice, String> against = one -> metric.unit().text(one.value().median()) + " with " + one.name()
                + " (" + Text.ratio(one.value().median() / best.value().median()) + " x)";
        String told = names(same, Choice::name) + (same.size() > 1 ? ", which can't be told apart here: " : ": ")
                + names(same, one -> metric.unit().text(one.value().median())) + " " + unit;
        String rest = others.isEmpty() ? "" : ", against " + names(others, against);
        String shared = choices.getOrDefault(true, List.of()).stream()
                .map(one -> " Not ranked, as its streams share connections: " + against.apply(one) + ", "
                        + one.of().crowd() + ".")
                .collect(Collectors.joining());
        to.add(work + " (" + best.of().crowd() + pace(best.of()) + "): take " + told + rest + "." + shared);
    }

    private static String pace(Measurement one) {
        return one.figure(Metric.P99.field())
                .flatMap(open -> one.figure(Lab.RATE_PER_READER))
                .map(rate -> ", " + Text.number(Math.rint(rate.median())) + " events a second each")
                .orElse("");
    }

    /** By whether their streams share connections, the best first. */
    private Map<Boolean, List<Choice>> choices(String scenario, Metric metric, boolean less) {
        Comparator<Choice> order = Comparator.comparingDouble(one -> one.value().median());
        return Scenarios.TRANSPORTS.stream()
                .flatMap(run -> evidence.measurement(scenario, run).stream())
                .flatMap(one -> one.figure(metric.field()).map(value -> new Choice(one, value)).stream())
                .sorted(less ? order : order.reversed())
                .collect(Collectors.groupingBy(one -> one.of().shares()));
    }

    private Optional<String> browser() {
        List<Choice> cpu = choices(Scenarios.LIVE, Metric.CPU, true).getOrDefault(false, List.of());
        return cpu.stream()
                .filter(one -> one.name().equals("SSE") && cpu.size() > 1)
                .findFirst()
                .map(sse -> {
                    Choice best = cpu.getFirst();
                    String price =
                            sse.value().overlaps(best.value())
                                    ? "that costs no more CPU than the cheapest, as far as can be told"
                                    : "that costs "
                                            + Text.ratio(sse.value().median()
                                                    / best.value().median()) + " times the CPU of " + best.name();
                    return "Pages in a browser: take SSE, which alone needs no code of yours to come back with its last id; here ("
                            + sse.of().crowd() + ") " + price + ".";
                });
    }

    private static String names(List<Choice> choices, Function<Choice, String> name) {
        return choices.stream().map(name).collect(Collectors.joining(" and "));
    }
}
