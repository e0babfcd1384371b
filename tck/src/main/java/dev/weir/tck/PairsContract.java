package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What transports promise together: a client that leaves one goes on over any other. */
public interface PairsContract {

    /**
     * The transports to pair.
     *
     * @return new harnesses, closed by the caller
     */
    List<TransportHarness> harnesses();

    /**
     * Half of a stream over one transport, the rest over another, for every pair: every event once and unchanged.
     *
     * @return a test for each pair
     */
    @TestFactory
    default Stream<DynamicTest> d3_halfOverOneTransportAndTheRestOverAnother() {
        List<DynamicTest> pairs = new ArrayList<>();
        int count = harnesses().size();
        for (int first = 0; first < count; first++) {
            for (int then = 0; then < count; then++) {
                int one = first;
                int other = then;
                String names = harnesses().get(one).name() + ", then "
                        + harnesses().get(other).name();
                pairs.add(DynamicTest.dynamicTest(
                        names, () -> halves(harnesses().get(one), harnesses().get(other))));
            }
        }
        return pairs.stream();
    }

    /**
     * A limit on streams holds for all transports together, for every pair of two.
     *
     * @return a test for each pair
     */
    @TestFactory
    default Stream<DynamicTest> l2_limitsAreSharedAcrossTransports() {
        List<DynamicTest> pairs = new ArrayList<>();
        for (int first = 0; first < harnesses().size(); first++) {
            int one = first;
            int other = (first + 1) % harnesses().size();
            String names = harnesses().get(one).name() + " and "
                    + harnesses().get(other).name();
            pairs.add(DynamicTest.dynamicTest(
                    names, () -> shared(harnesses().get(one), harnesses().get(other))));
        }
        return pairs.stream();
    }

    private static void shared(TransportHarness first, TransportHarness then) throws Exception {
        Limits limits = new Limits(1, 0, 0, 0, Duration.ZERO, Limits.NONE.slow());
        try (Sources sources = new Sources(limits);
                Topic topic = new Topic("orders");
                first;
                then;
                Endpoint one = first.open(sources.register("orders", topic));
                Endpoint other = then.open(sources);
                Reception client = first.connect(one.address(), "orders", Map.of())) {
            client.next(Signal.Open.class);
            assertThatThrownBy(() -> then.connect(other.address(), "orders", Map.of()))
                    .isInstanceOfSatisfying(
                            Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.OVERLOADED));
        }
    }

    private static void halves(TransportHarness first, TransportHarness then) throws Exception {
        int total = 1_000;
        try (Sources sources = new Sources();
                Topic topic = new Topic("orders");
                first;
                then;
                Endpoint one = first.open(sources.register("orders", topic));
                Endpoint other = then.open(sources)) {
            Stage.publish(topic, 0, total / 2 + 100);
            List<Event> events = new ArrayList<>();
            try (Reception client = first.connect(one.address(), "orders?from=earliest", Map.of())) {
                events.addAll(client.events(total / 2));
            }
            String last = events.get(events.size() - 1).id();
            try (Reception client =
                    then.connect(other.address(), "orders?limit=" + total / 2, Map.of("last-event-id", last))) {
                assertThat(client.next(Signal.Open.class).id()).isEqualTo(last);
                Stage.publish(topic, total / 2 + 100, total);
                events.addAll(client.events(total / 2));
                assertThat(client.next(Signal.End.class).events()).isEqualTo(total / 2);
            }
            assertThat(Stage.numbers(events))
                    .containsExactlyElementsOf(IntStream.range(0, total).boxed().toList());
            assertThat(events).allMatch(event -> "number".equals(event.type()));
        }
    }
}
