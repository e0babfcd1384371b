package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chapter H: first bytes and heartbeats. */
interface HeartbeatContract extends Contract {

    @Test
    default void h1_theFirstBytesLeaveAtOnce(Stage stage) {
        stage.topic("quiet");
        long start = System.nanoTime();
        Reception client = stage.connect("quiet?heartbeat=60");
        assertThat(client.next()).isInstanceOf(Signal.Open.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    default void h1_aClientThatLeavesBeforeTheFirstEventLosesNothing(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 5);
        Reception client = stage.connect("orders");
        String start = client.next(Signal.Open.class).id();
        client.close();
        Stage.publish(topic, 5, 8);
        assertThat(Stage.numbers(stage.resume("orders", start).events(3))).containsExactly(5, 6, 7);
    }

    @Test
    default void h2_aQuietStreamIsNeverSilentForLong(Stage stage) {
        stage.topic("quiet");
        Reception client = stage.connect("quiet?heartbeat=1");
        client.next(Signal.Open.class);
        List<Long> silences = new ArrayList<>();
        long last = System.nanoTime();
        for (int n = 0; n < 3; n++) {
            Signal signal = client.next();
            long now = System.nanoTime();
            assertThat(signal).isInstanceOf(Signal.Heartbeat.class);
            silences.add(now - last);
            last = now;
        }
        assertThat(silences).allSatisfy(silence -> assertThat(silence).isBetween(500_000_000L, 3_000_000_000L));
        Collections.sort(silences);
        assertThat(silences.get(1)).as("the usual silence, in ns").isLessThan(1_750_000_000L);
    }

    @Test
    default void h2_heartbeatsAndEventsShareTheStream(Stage stage) {
        Topic topic = stage.topic("quiet");
        Reception client = stage.connect("quiet?heartbeat=1");
        client.next(Signal.Heartbeat.class);
        topic.publish(Event.of("number", "0"));
        assertThat(Stage.numbers(List.of((Event) client.next()))).containsExactly(0);
        client.next(Signal.Heartbeat.class);
    }

    @Test
    default void h2_aHeartbeatOutOfBoundsIsRefused(Stage stage) {
        stage.topic("quiet");
        for (String bad : List.of("0", "61", "-1", "x", "1.5")) {
            assertThat(stage.refusal("quiet?heartbeat=" + bad).code()).as(bad).isEqualTo(Code.BAD_REQUEST);
        }
    }
}
