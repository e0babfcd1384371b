package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.hub.Topic;
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
