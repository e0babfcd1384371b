package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.hub.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Chapter E: refusals, stops and endings. */
interface EndingContract extends Contract {

    @Test
    default void e1_everyRefusalComesBeforeTheFirstByte(Stage stage) {
        for (Code code : List.of(
                Code.BAD_REQUEST,
                Code.UNAUTHENTICATED,
                Code.FORBIDDEN,
                Code.NOT_FOUND,
                Code.CONFLICT,
                Code.POSITION_EXPIRED,
                Code.QUOTA,
                Code.INTERNAL,
                Code.OVERLOADED,
                Code.SHUTDOWN,
                Code.SOURCE_UNAVAILABLE)) {
            stage.source("no-" + code, asked -> {
                throw new Refusal(code, "no, because of " + code);
            });
            Refusal refusal = stage.refusal("no-" + code);
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.getMessage()).contains("no, because of " + code);
            assertThat(refusal.retryAfter().isZero()).as("%s retryAfter", code).isEqualTo(!code.retryable());
        }
    }

    @Test
    default void e1_anUnknownNameIsNotFoundWithNearNames(Stage stage) {
        stage.topic("orders");
        stage.topic("entirely-different");
        Refusal refusal = stage.refusal("order");
        assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(refusal.getMessage()).contains("orders").doesNotContain("entirely-different");
    }

    @Test
    default void e1_unknownParametersAndValuesAreRefusedByName(Stage stage) {
        stage.topic("orders");
        for (String bad : List.of(
                "colour=red",
                "limit=0",
                "limit=x",
                "until=tomorrow",
                "wait=0",
                "on-gap=maybe",
                "encoding=rot13",
                "envelope=blue",
                "heartbeat-as=song",
                "limit=1&limit=2")) {
            Refusal refusal = stage.refusal("orders?" + bad);
            assertThat(refusal.code()).as(bad).isEqualTo(Code.BAD_REQUEST);
            assertThat(refusal.getMessage()).as(bad).contains(bad.substring(0, bad.indexOf('=')));
        }
    }

    @Test
    default void e1_aSourceThatFailsAtOnceIsARefusal(Stage stage) {
        stage.source(
                "broken",
                asked -> Cold.run(out -> {
                    throw new Refusal(Code.BAD_REQUEST, "table: no such table");
                }));
        Refusal refusal = stage.refusal("broken");
        assertThat(refusal.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(refusal.getMessage()).contains("no such table");
    }

    @Test
    default void e2_aSourceThatFailsLaterIsAStopWithItsPosition(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?from=earliest");
        Stage.publish(topic, 0, 3);
        String last = client.events(3).get(2).id();
        stage.sources().stop(Code.SHUTDOWN, "the server is draining", Duration.ofSeconds(1));
        Signal.Stop stop = client.next(Signal.Stop.class);
        assertThat(stop.code()).isEqualTo(Code.SHUTDOWN);
        assertThat(stop.message()).contains("draining");
        assertThat(stop.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(stop.id()).isEqualTo(last);
        assertThat(stage.refusal("orders").code()).isEqualTo(Code.SHUTDOWN);
    }

    @Test
    default void e3_aBoundedStreamThatWasStoppedDoesNotLookComplete(Stage stage) {
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("row", "1"));
                    out.emit(Event.of("row", "2"));
                    throw new IllegalStateException("disk /dev/sda1 is on fire");
                }));
        Reception client = stage.connect("export");
        client.events(2);
        Signal.Stop stop = client.next(Signal.Stop.class);
        assertThat(stop.code()).isEqualTo(Code.INTERNAL);
        assertThat(stop.message()).doesNotContain("fire").doesNotContain("/dev").doesNotContain("Exception");
        client.complete();
    }

    @Test
    default void e3_aCleanEndMeansThatEverythingWasSent(Stage stage) {
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    for (int n = 0; n < 1_000; n++) {
                        out.emit(Event.of("number", "" + n));
                    }
                }));
        Reception client = stage.connect("export");
        assertThat(Stage.numbers(client.events(1_000))).startsWith(0).endsWith(999);
        assertThat(client.next(Signal.End.class).events()).isEqualTo(1_000);
        assertThat(client.complete()).isTrue();
    }

    @Test
    default void e3_limitEndsTheStreamAfterSoManyEvents(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?limit=5");
        Stage.publish(topic, 0, 20);
        assertThat(Stage.numbers(client.events(5))).containsExactly(0, 1, 2, 3, 4);
        assertThat(client.next(Signal.End.class).events()).isEqualTo(5);
        assertThat(client.complete()).isTrue();
    }

    @Test
    default void e3_waitEndsTheStreamAfterThatTime(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 2);
        Reception client = stage.connect("orders?from=earliest&wait=1");
        client.events(2);
        assertThat(client.next(Signal.End.class).events()).isEqualTo(2);
        assertThat(client.complete()).isTrue();
    }

    @Test
    default void e4_stopsTellWhenToComeBackEachClientAnother(Stage stage) {
        stage.topic("orders");
        List<Reception> clients = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            clients.add(stage.connect("orders"));
            clients.get(n).next(Signal.Open.class);
        }
        stage.sources().stop(Code.SHUTDOWN, "draining", Duration.ofMinutes(1));
        Set<Duration> told = new HashSet<>();
        for (Reception client : clients) {
            told.add(client.next(Signal.Stop.class).retryAfter());
        }
        assertThat(told).hasSizeGreaterThan(1);
        assertThat(told).allSatisfy(after -> assertThat(after).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(2)));
    }

    @Test
    default void e6_noMessageShowsWhatIsInside(Stage stage) {
        stage.source("broken", asked -> {
            throw new IllegalStateException("secret at /etc/passwd");
        });
        Refusal refusal = stage.refusal("broken");
        assertThat(refusal.code()).isEqualTo(Code.INTERNAL);
        assertThat(refusal.getMessage())
                .doesNotContain("secret")
                .doesNotContain("/etc")
                .doesNotContain("Exception")
                .doesNotContain("dev.weir");
    }

    @Test
    default void e7_aFailingItemIsAGapAndTheStreamGoesOn(Stage stage) {
        stage.source(
                "export",
                asked -> Cold.run(out -> {
                    out.emit(Event.of("number", "0"));
                    out.emit(new Signal.Gap("", Signal.Reason.ITEM_FAILED, 0, 1, 2, OptionalLong.of(1)));
                    out.emit(Event.of("number", "2"));
                }));
        Reception client = stage.connect("export");
        assertThat(Stage.numbers(client.events(1))).containsExactly(0);
        Signal.Gap gap = client.next(Signal.Gap.class);
        assertThat(gap.reason()).isEqualTo(Signal.Reason.ITEM_FAILED);
        assertThat(gap.count()).hasValue(1);
        assertThat(Stage.numbers(client.events(1))).containsExactly(2);
        assertThat(client.next(Signal.End.class).events()).isEqualTo(2);
    }

    @Test
    default void e7_aTombstoneIsAnEventOfTypeDelete(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?envelope=full");
        topic.publish(new Event("", 0, 0, 1_000, null, Bytes.utf8("k"), List.of(), null));
        topic.publish(Event.of("number", "1"));
        Event tombstone = client.event();
        assertThat(tombstone.type()).isEqualTo("delete");
        assertThat(tombstone.key()).isEqualTo(Bytes.utf8("k"));
        assertThat(tombstone.data()).isNull();
        assertThat(Stage.numbers(client.events(1))).containsExactly(1);
    }
}
