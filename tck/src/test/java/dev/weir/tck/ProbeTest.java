package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.hub.Topic;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProbeTest {

    private static EventSource emitting(Object... signals) {
        return asked -> Cold.run(out -> {
            for (Object signal : signals) {
                if (signal instanceof Refusal stop) {
                    throw stop;
                }
                out.emit(Event.of(null, (String) signal));
            }
        });
    }

    @Test
    void soManyEventsAreReadAndNoMore() {
        try (Probe probe = Probe.open(emitting("a", "b", "c"), "letters")) {
            assertThat(probe.texts(2)).containsExactly("a", "b");
            assertThat(probe.events(1).get(0).data()).isEqualTo(Bytes.utf8("c"));
            assertThat(probe.next(Signal.End.class)).isNotNull();
        }
        try (Probe probe = Probe.open(emitting("a", "b"), "letters")) {
            assertThat(probe.rest()).hasSize(2);
        }
    }

    @Test
    void aStreamThatIsSilentFailsWithWhatCameBefore() {
        try (Topic topic = new Topic("orders");
                Probe probe = Probe.open(topic, "orders").within(Duration.ofMillis(50))) {
            topic.publish(Event.of(null, "first"));
            assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> probe.texts(2))
                    .withMessage("orders: expected event 2 of 2, but there was nothing within 50 ms; before it came"
                            + " [\"first\"]");
        }
    }

    @Test
    void aStreamThatEndsOrStopsEarlyFailsWithTheReason() {
        try (Probe probe = Probe.open(emitting("a"), "letters")) {
            assertThatThrownBy(() -> probe.events(2))
                    .hasMessageContaining("expected event 2 of 2, but there was the end");
        }
        try (Probe probe = Probe.open(emitting("a", new Refusal(Code.TOPIC_DELETED, "gone")), "letters")) {
            assertThatThrownBy(probe::rest)
                    .hasMessageContaining("expected the end, but there was a stop with topic-deleted (gone)");
        }
        try (Probe probe = Probe.open(emitting("a", new Refusal(Code.TOPIC_DELETED, "gone")), "letters")) {
            probe.events(1);
            assertThat(probe.next(Signal.Stop.class).code()).isEqualTo(Code.TOPIC_DELETED);
        }
    }

    @Test
    void aRefusalIsTheSourcesOwn() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> Probe.open(
                        asked -> {
                            throw new Refusal(Code.NOT_FOUND, "none");
                        },
                        "letters"));
    }

    @Test
    void theBodyIsTheSources() {
        EventSource echo = asked -> Cold.run(out -> out.emit(Event.of(null, asked.body())));
        try (Probe probe = Probe.open(echo, "echo", Bytes.utf8("hello"))) {
            assertThat(probe.texts(1)).containsExactly("hello");
        }
    }
}
