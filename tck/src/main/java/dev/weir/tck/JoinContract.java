package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several topics on one connection: chapters D, I and G hold as for one. */
interface JoinContract extends Contract {

    private static List<Integer> of(String topic, List<Event> events) {
        return Stage.numbers(
                events.stream().filter(event -> event.topic().equals(topic)).toList());
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    default void d1_eachOfSeveralTopicsInOrder(Stage stage) {
        Topic orders = stage.topic("orders");
        Topic payments = stage.topic("payments");
        Stage.publish(orders, 0, 300);
        Reception client = stage.connect("orders?topic=payments&from=earliest&envelope=full");
        Stage.publish(payments, 0, 200);
        List<Event> events = client.events(500);
        assertThat(of("orders", events)).isEqualTo(range(0, 300));
        assertThat(of("payments", events)).isEqualTo(range(0, 200));
    }

    @Test
    default void d3_oneIdResumesSeveralTopics(Stage stage) {
        Topic orders = stage.topic("orders");
        Topic payments = stage.topic("payments");
        String both = "payments?topic=orders&envelope=full&from=earliest";
        Reception client = stage.connect(both);
        List<Event> events = new ArrayList<>();
        String last = client.next(Signal.Open.class).id();
        for (int round = 0; round < 8; round++) {
            Stage.publish(orders, round * 10, round * 10 + 10);
            Stage.publish(payments, round * 10, round * 10 + 10);
            for (Event event : client.events(7)) {
                events.add(event);
                last = event.id();
            }
            client.close();
            client = stage.resume(both, last);
        }
        events.addAll(client.events(160 - events.size()));
        assertThat(of("orders", events)).isEqualTo(range(0, 80));
        assertThat(of("payments", events)).isEqualTo(range(0, 80));
    }

    @Test
    default void i1_theIdOfSeveralTopicsIsTheirsJoined(Stage stage) {
        String order = stage.topic("orders").publish(Event.of(null, "x")).id();
        String payment = stage.topic("payments").publish(Event.of(null, "x")).id();
        Reception client = stage.connect("payments?topic=orders&topic=orders");
        assertThat(client.next(Signal.Open.class).id()).isEqualTo(order + "~" + payment.substring(2));
    }

    @Test
    default void i2_everyStartHoldsForSeveralTopics(Stage stage) {
        Stage.publish(stage.topic("orders"), 0, 10);
        Stage.publish(stage.topic("payments"), 0, 10);
        String both = "orders?topic=payments&envelope=full";
        List<Event> last = stage.connect(both + "&from=last:3&until=latest").events(3);
        assertThat(of("orders", last)).isEqualTo(range(8, 10));
        assertThat(of("payments", last)).isEqualTo(range(9, 10));
        Reception all = stage.connect(both + "&from=earliest&until=latest");
        assertThat(all.events(20)).hasSize(20);
        assertThat(all.next(Signal.End.class).events()).isEqualTo(20);
        assertThat(all.complete()).isTrue();
    }

    @Test
    default void i5_anIdOfOtherTopicsIsRefused(Stage stage) {
        String order = stage.topic("orders").publish(Event.of(null, "x")).id();
        String payment = stage.topic("payments").publish(Event.of(null, "x")).id();
        stage.topic("refunds");
        String both = order + "~" + payment.substring(2);
        stage.connect("orders?topic=payments&after=" + both).next(Signal.Open.class);
        for (String bad : List.of(
                "orders?after=" + both,
                "orders?topic=refunds&after=" + both,
                "orders?topic=payments&topic=refunds&after=" + both,
                "orders?topic=payments&after=" + order,
                "orders?topic=payments&after=" + payment + "~" + order.substring(2))) {
            assertThat(stage.refusal(bad).code()).as(bad).isEqualTo(Code.BAD_REQUEST);
        }
    }

    @Test
    default void e1_oneOfSeveralThatCannotBeReadRefusesAll(Stage stage) {
        stage.topic("orders");
        stage.source("report", asked -> Cold.run(out -> out.emit(Event.of("row", "1"))));
        assertThat(stage.refusal("orders?topic=nothing").code()).isEqualTo(Code.NOT_FOUND);
        assertThat(stage.refusal("orders?topic=report").code()).isEqualTo(Code.BAD_REQUEST);
    }

    @Test
    default void g1_aGapIsToldWithTheTopicThatLacksSomething(Stage stage) {
        Topic orders = stage.topic("orders", new Retention(16, 1 << 20, Duration.ZERO));
        Topic payments = stage.topic("payments");
        String both = "orders?topic=payments&envelope=full";
        String start = stage.connect(both).next(Signal.Open.class).id();
        Stage.publish(orders, 0, 100);
        Stage.publish(payments, 0, 2);
        Reception client = stage.resume(both, start);
        Signal.Gap gap = client.next(Signal.Gap.class);
        assertThat(gap.topic()).isEqualTo("orders");
        assertThat(gap.reason()).isEqualTo(Signal.Reason.RETENTION);
        assertThat(gap.to()).isEqualTo(84);
        assertThat(stage.refusal(both + "&on-gap=fail&after=" + start).code()).isEqualTo(Code.POSITION_EXPIRED);
    }
}
