package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Signal;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Chapter G: what could not be delivered is told. */
interface GapContract extends Contract {

    @Test
    default void g1_aGapSaysWhatIsMissingAndWhy(Stage stage) {
        Signal.Gap counted = new Signal.Gap(
                "1.a.b.c", Signal.Reason.OVERSIZED, 3, 5_000_000_000L, 5_000_000_002L, OptionalLong.of(2));
        stage.source(
                "gaps",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("number", "0"));
                    out.emit(counted);
                    for (Signal.Reason reason : Signal.Reason.values()) {
                        out.emit(new Signal.Gap("1.a.b." + reason, reason, 0, 7, 9, OptionalLong.empty()));
                    }
                    out.emit(Event.of("number", "1"));
                }));
        Reception client = stage.connect("gaps");
        assertThat(Stage.numbers(client.events(1))).containsExactly(0);
        assertThat(client.next(Signal.Gap.class)).isEqualTo(counted);
        for (Signal.Reason reason : Signal.Reason.values()) {
            assertThat(client.next(Signal.Gap.class))
                    .isEqualTo(new Signal.Gap("1.a.b." + reason, reason, 0, 7, 9, OptionalLong.empty()));
        }
        assertThat(Stage.numbers(client.events(1))).containsExactly(1);
        assertThat(client.next(Signal.End.class).events()).isEqualTo(2);
    }

    @Test
    default void g1_whereGapsFailTheStreamStopsBeforeTheGap(Stage stage) {
        for (Signal.Reason reason : Signal.Reason.values()) {
            stage.source(
                    "gap-" + reason,
                    asked -> Cold.run(out -> {
                        out.emit(Event.of("number", "0").withId("1.a.b.0"));
                        out.emit(new Signal.Gap("1.a.b.1", reason, 0, 1, 2, OptionalLong.of(1)));
                        out.emit(Event.of("number", "2").withId("1.a.b.2"));
                    }));
            Reception client = stage.connect("gap-" + reason + "?on-gap=fail");
            assertThat(Stage.numbers(client.events(1))).containsExactly(0);
            Signal.Stop stop = client.next(Signal.Stop.class);
            assertThat(stop.code()).as(reason.toString()).isEqualTo(reason.code());
            assertThat(stop.id()).as(reason.toString()).isEqualTo("1.a.b.0");
            assertThat(stop.retryAfter().isZero())
                    .as(reason.toString())
                    .isEqualTo(!reason.code().retryable());
        }
    }
}
