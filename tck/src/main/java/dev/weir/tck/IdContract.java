package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.hub.Topic;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Chapter I: ids and positions. */
interface IdContract extends Contract {

    @Test
    default void i1_anIdIsShortAndOfSafeCharacters(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 200);
        for (Event event : stage.connect("orders?from=earliest").events(200)) {
            assertThat(event.id()).matches("1\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
            assertThat(event.id()).hasSizeLessThan(30);
        }
    }

    @Test
    default void i2_startsWhereItWasAskedTo(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 10);
        assertThat(Stage.numbers(stage.connect("orders?from=earliest").events(1)))
                .containsExactly(0);
        assertThat(Stage.numbers(stage.connect("orders?from=last:3").events(3))).containsExactly(7, 8, 9);
        assertThat(Stage.numbers(stage.connect("orders?from=last:99").events(1)))
                .containsExactly(0);
        Reception latest = stage.connect("orders?from=latest");
        Reception otherwise = stage.connect("orders");
        Stage.publish(topic, 10, 11);
        assertThat(Stage.numbers(latest.events(1))).containsExactly(10);
        assertThat(Stage.numbers(otherwise.events(1))).containsExactly(10);
    }

    @Test
    default void i2_startsAtATime(Stage stage) {
        Topic topic = stage.topic("orders");
        Instant base = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
        for (int n = 0; n < 10; n++) {
            long time = base.plusSeconds(n).toEpochMilli();
            topic.publish(new Event("", 0, 0, time, "number", null, List.of(), Bytes.utf8("" + n)));
        }
        assertThat(Stage.numbers(
                        stage.connect("orders?from=" + base.plusSeconds(4)).events(2)))
                .containsExactly(4, 5);
        Reception until = stage.connect("orders?from=earliest&until=" + base.plusSeconds(3));
        assertThat(Stage.numbers(until.events(3))).containsExactly(0, 1, 2);
        assertThat(until.next(Signal.End.class).events()).isEqualTo(3);
    }

    @Test
    default void i2_lastEventIdOverridesTheQuery(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 10);
        List<Event> all = stage.connect("orders?from=earliest").events(10);
        assertThat(Stage.numbers(
                        stage.resume("orders?from=earliest", all.get(6).id()).events(1)))
                .containsExactly(7);
        assertThat(Stage.numbers(stage.resume(
                                "orders?after=" + all.get(2).id(), all.get(6).id())
                        .events(1)))
                .containsExactly(7);
    }

    @Test
    default void i2_twoStartsAreAConflict(Stage stage) {
        Topic topic = stage.topic("orders");
        String id = topic.publish(Event.of(null, "x")).id();
        assertThat(stage.refusal("orders?from=latest&after=" + id).code()).isEqualTo(Code.CONFLICT);
    }

    @Test
    default void i2_startsThatAreNoneAreRefused(Stage stage) {
        stage.topic("orders");
        for (String bad : List.of(
                "from=yesterday", "from=last:0", "from=last:-1", "from=last:x", "from=", "from=9999-01-01T00:00:00Z")) {
            Refusal refusal = stage.refusal("orders?" + bad);
            assertThat(refusal.code()).as(bad).isEqualTo(Code.BAD_REQUEST);
            assertThat(refusal.getMessage()).as(bad).contains("from");
        }
    }

    @Test
    default void i3_anIdOpensNothingThatItsBearerMayNotSee(Stage stage) {
        Topic orders = new Topic("orders");
        Topic secret = new Topic("secret");
        stage.source("orders", guarded(orders, Code.FORBIDDEN));
        stage.source("secret", guarded(secret, Code.NOT_FOUND));
        Stage.publish(orders, 0, 3);
        Stage.publish(secret, 0, 3);
        Map<String, String> full = Map.of("authorization", "Bearer full");
        String order = stage.connect("orders?from=earliest", full).event().id();
        String hidden = stage.connect("secret?from=earliest", full).event().id();

        assertThat(stage.refusal("orders").code()).isEqualTo(Code.FORBIDDEN);
        assertThat(stage.refusal("orders?after=" + order).code()).isEqualTo(Code.FORBIDDEN);
        assertThat(stage.refusal("orders", Map.of("last-event-id", order)).code())
                .isEqualTo(Code.FORBIDDEN);
        assertThat(stage.refusal("secret?after=" + hidden).code()).isEqualTo(Code.NOT_FOUND);
        assertThat(stage.refusal("secret", Map.of("last-event-id", hidden)).code())
                .isEqualTo(Code.NOT_FOUND);
        assertThat(stage.refusal("orders?after=" + hidden, full).code()).isEqualTo(Code.BAD_REQUEST);
        Map<String, String> back = Map.of("authorization", "Bearer full", "last-event-id", order);
        assertThat(Stage.numbers(stage.connect("orders", back).events(2))).containsExactly(1, 2);
        orders.close();
        secret.close();
    }

    private static EventSource guarded(EventSource inner, Code otherwise) {
        return asked -> {
            if (!"Bearer full".equals(asked.caller().header().apply("authorization"))) {
                throw new Refusal(otherwise, "not for this caller");
            }
            return inner.open(asked);
        };
    }

    @Test
    default void i4_theAnswerStatesWhereItStarts(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 5);
        Reception client = stage.connect("orders?from=last:2");
        Signal.Open open = client.next(Signal.Open.class);
        assertThat(client.position()).isEqualTo(open.id());
        client.close();
        assertThat(Stage.numbers(stage.resume("orders", open.id()).events(2))).containsExactly(3, 4);
    }

    @Test
    default void i5_whatIsNoIdIsRefused(Stage stage) {
        Topic topic = stage.topic("orders");
        Topic other = stage.topic("others");
        String foreign = other.publish(Event.of(null, "x")).id();
        String own = topic.publish(Event.of(null, "x")).id();
        List<String> bad = List.of(
                "x",
                "1",
                "2" + own.substring(1),
                foreign,
                own + "~" + own,
                own + "%20",
                "1...",
                own + "AAAA",
                "a".repeat(2049),
                own.substring(0, own.lastIndexOf('.') + 1) + "_");
        for (String id : bad) {
            assertThat(stage.refusal("orders?after=" + id).code()).as(id).isEqualTo(Code.BAD_REQUEST);
        }
    }

    @Test
    default void i5_anotherEpochIsAGapOrAConflict(Stage stage) {
        Topic gone = new Topic("orders");
        String old = gone.publish(Event.of(null, "old")).id();
        gone.close();
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 3);
        Reception client = stage.connect("orders?after=" + old);
        assertThat(client.next(Signal.Gap.class).reason()).isEqualTo(Signal.Reason.TOPIC_RECREATED);
        assertThat(Stage.numbers(client.events(3))).containsExactly(0, 1, 2);
        assertThat(stage.refusal("orders?on-gap=fail&after=" + old).code()).isEqualTo(Code.CONFLICT);
    }

    @Test
    default void i6_thePositionMovesOnWhileAFilterLetsNothingThrough(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?type=never&heartbeat=1");
        String start = client.next(Signal.Open.class).id();
        for (int n = 0; n < 1_000; n++) {
            topic.publish(Event.of("other", "" + n));
        }
        String moved = start;
        while (moved.equals(start)) {
            moved = client.next(Signal.Heartbeat.class).id();
        }
        Stage.publish(topic, 1_000, 1_001);
        assertThat(Stage.numbers(stage.resume("orders", moved).events(1)).get(0))
                .isGreaterThan(0);
    }

    @Test
    default void i6_theEndOfAnAnswerCanBeResumed(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 10);
        Reception first = stage.connect("orders?from=earliest&limit=4");
        assertThat(Stage.numbers(first.events(4))).containsExactly(0, 1, 2, 3);
        String end = first.next(Signal.End.class).id();
        assertThat(end).isNotEmpty();
        String plain = end.endsWith(".end") ? end.substring(0, end.length() - 4) : end;
        assertThat(Stage.numbers(stage.connect("orders?limit=4&after=" + plain).events(4)))
                .containsExactly(4, 5, 6, 7);
    }

    @Test
    default void i7_liveSubscribersShareIds(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception one = stage.connect("orders");
        Reception other = stage.connect("orders?from=latest");
        Stage.publish(topic, 0, 20);
        assertThat(one.events(20).stream().map(Event::id).toList())
                .isEqualTo(other.events(20).stream().map(Event::id).toList());
    }
}
