package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Limits;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription.Slow;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Chapter L: life and limits. */
interface LifeContract extends Contract {

    private static Limits limits(int streams, int perAddress, int starts, int startsPerAddress, Duration duration) {
        return new Limits(streams, perAddress, starts, startsPerAddress, duration, Set.of(Slow.values()));
    }

    @Test
    default void l1_drainingRefusesAtOnceAndStopsLiveStreamsOneAfterAnother(Stage stage) {
        stage.topic("orders");
        List<Reception> clients = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            clients.add(stage.connect("orders"));
        }
        stage.sources().stop(Code.SHUTDOWN, "draining", Duration.ofSeconds(1), Duration.ofSeconds(3));
        Refusal refusal = stage.refusal("orders");
        assertThat(refusal.code()).isEqualTo(Code.SHUTDOWN);
        assertThat(refusal.retryAfter()).isPositive();
        Stage.await("the first is stopped, and not yet all", Reception.DEADLINE, () -> stage.closed() > 0);
        assertThat(stage.closed()).isLessThan(20);
        for (Reception client : clients) {
            assertThat(client.next(Signal.Stop.class).code()).isEqualTo(Code.SHUTDOWN);
        }
    }

    @Test
    default void l1_drainingLetsAStreamFinishThatHasAnEnd(Stage stage) {
        CountDownLatch draining = new CountDownLatch(1);
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("row", "1"));
                    draining.await();
                    out.emit(Event.of("row", "2"));
                }));
        stage.source(
                "endless",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("row", "1"));
                    Thread.sleep(Duration.ofMinutes(1));
                }));
        Reception export = stage.connect("export");
        Reception endless = stage.connect("endless");
        export.events(1);
        endless.events(1);
        stage.sources().stop(Code.SHUTDOWN, "draining", Duration.ofSeconds(1), Duration.ofSeconds(3));
        draining.countDown();
        export.events(1);
        assertThat(export.next(Signal.End.class).events()).isEqualTo(2);
        assertThat(export.complete()).isTrue();
        assertThat(endless.next(Signal.Stop.class).code()).isEqualTo(Code.SHUTDOWN);
    }

    @Test
    default void l2_streamsInTotalAreLimited(Stage stage) {
        stage.limits(limits(2, 0, 0, 0, Duration.ZERO));
        stage.topic("orders");
        Reception first = stage.connect("orders?heartbeat=1");
        stage.connect("orders");
        Refusal refusal = stage.refusal("orders");
        assertThat(refusal.code()).isEqualTo(Code.OVERLOADED);
        assertThat(refusal.retryAfter()).isPositive();
        assertThat(refusal.getMessage()).contains("2 streams");
        assertThat(stage.refusal("other").code()).as("what is not there").isEqualTo(Code.NOT_FOUND);
        first.close();
        Stage.await(
                "there is room again",
                CancellationContract.NOTICED,
                () -> stage.sources().open() == 1);
        stage.connect("orders").next(Signal.Open.class);
    }

    @Test
    default void l2_streamsOfAnAddressAreLimited(Stage stage) {
        stage.limits(limits(0, 2, 0, 0, Duration.ZERO));
        stage.topic("orders");
        stage.connect("orders");
        stage.connect("orders");
        Refusal refusal = stage.refusal("orders");
        assertThat(refusal.code()).isEqualTo(Code.QUOTA);
        assertThat(refusal.retryAfter()).isPositive();
        assertThat(refusal.getMessage()).contains("2 streams");
    }

    @Test
    default void l2_startsInASecondAreLimited(Stage stage) {
        stage.limits(limits(0, 0, 3, 0, Duration.ZERO));
        stage.topic("orders");
        assertLimited(stage, Code.OVERLOADED);
    }

    @Test
    default void l2_startsOfAnAddressInASecondAreLimited(Stage stage) {
        stage.limits(limits(0, 0, 0, 3, Duration.ZERO));
        stage.topic("orders");
        assertLimited(stage, Code.QUOTA);
    }

    private static void assertLimited(Stage stage, Code code) {
        Stage.await("one is refused", Reception.DEADLINE, () -> {
            try {
                stage.connect("orders").close();
                return false;
            } catch (Refusal refused) {
                assertThat(refused.code()).isEqualTo(code);
                assertThat(refused.retryAfter()).isPositive();
                return true;
            }
        });
        Stage.await("one is let in again", Reception.DEADLINE, () -> {
            try {
                stage.connect("orders").close();
                return true;
            } catch (Refusal refused) {
                return false;
            }
        });
    }

    @Test
    default void e4_aStreamIsStoppedAtItsLongestDuration(Stage stage) {
        stage.limits(limits(0, 0, 0, 0, Duration.ofSeconds(3)));
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders");
        Stage.publish(topic, 0, 3);
        String last = client.events(3).get(2).id();
        Signal.Stop stop = client.next(Signal.Stop.class);
        assertThat(stop.code()).isEqualTo(Code.MAX_DURATION);
        assertThat(stop.retryAfter()).isPositive();
        assertThat(stop.id()).isEqualTo(last);
        Stage.publish(topic, 3, 4);
        assertThat(Stage.numbers(stage.resume("orders", stop.id()).events(1))).containsExactly(3);
    }

    @Test
    default void e4_aFullWireKeepsTheStopBackAndIsCut(Stage stage) {
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    while (true) {
                        out.emit(Event.of("row", "x".repeat(16_000)));
                    }
                }));
        Reception client = stage.connect("export");
        client.next(Signal.Open.class);
        client.pause();
        stage.sources().stop(Code.SHUTDOWN, "at once", Duration.ofSeconds(1));
        Stage.await("the wire is cut", Duration.ofSeconds(5), () -> stage.closed() == 1);
    }
}
