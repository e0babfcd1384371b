package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Chapter C: cancellation. That no cursor is used after its close, or closed twice, is checked after every test. */
interface CancellationContract extends Contract {

    /** Two heartbeats of a second, a second more, and a slow machine. */
    Duration NOTICED = Duration.ofSeconds(6);

    @Test
    default void c1_theSourceIsCancelledAfterTheClientHasGone(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?heartbeat=1");
        Stage.publish(topic, 0, 1);
        client.events(1);
        client.close();
        Stage.await("the cursor is closed", NOTICED, () -> stage.closed() == 1);
    }

    @Test
    default void c1_aQuietSourceIsCancelledAsWell(Stage stage) {
        stage.topic("quiet");
        Reception client = stage.connect("quiet?heartbeat=1");
        client.next();
        client.close();
        Stage.await("the cursor is closed", NOTICED, () -> stage.closed() == 1);
    }

    @Test
    default void c1_aGeneratorIsInterruptedOnce(Stage stage) {
        AtomicInteger interrupted = new AtomicInteger();
        stage.source(
                "endless",
                asked -> Cold.run(out -> {
                    try {
                        for (int n = 0; true; n++) {
                            out.emit(Event.of("number", Integer.toString(n)));
                        }
                    } catch (InterruptedException cancelled) {
                        interrupted.incrementAndGet();
                        throw cancelled;
                    }
                }));
        Reception client = stage.connect("endless?heartbeat=1");
        client.events(100);
        client.close();
        Stage.await("the generator is interrupted", NOTICED, () -> interrupted.get() > 0 && stage.closed() == 1);
        assertThat(interrupted).hasValue(1);
    }

    @Test
    default void c1_otherSubscribersGoOn(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception leaving = stage.connect("orders?heartbeat=1");
        Reception staying = stage.connect("orders?heartbeat=1");
        leaving.close();
        Stage.publish(topic, 0, 100);
        assertThat(Stage.numbers(staying.events(100))).startsWith(0).endsWith(99);
        Stage.await("only the one who left is closed", NOTICED, () -> stage.closed() == 1);
    }
}
