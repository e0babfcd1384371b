package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.benchmarks.Subscriber.Appetite;
import dev.weir.hub.Generator;
import dev.weir.transport.grpc.v1.Event;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What a subscriber counts. */
class SubscriberTest {

    private final Tally tally = new Tally();

    private void events(Subscriber subscriber, long... numbers) {
        for (long number : numbers) {
            byte[] data = Generator.data(Tally.unixNanos(), number, 100).toArray();
            subscriber.event(data, 0, data.length);
        }
    }

    @Test
    void aGapExcusesAsManyEventsOfASlowReaderAsItSays() {
        Subscriber slow = new Subscriber(tally, Appetite.SLOW, 0);
        events(slow, 0);
        slow.told("gap", "{\"control\":\"gap\",\"count\":2}");
        slow.told("gap", "{\"control\":\"gap\",\"count\":1}");
        events(slow, 9);
        assertThat(tally.missed.sum()).isEqualTo(3);
        assertThat(tally.lost.sum()).isEqualTo(5);
        slow.told("gap", "{\"control\":\"gap\",\"count\":null}");
        events(slow, 20, 22);
        assertThat(tally.missed.sum()).isEqualTo(3 + 10);
        assertThat(tally.lost.sum()).isEqualTo(5 + 1);
    }

    @Test
    void aGapExcusesNothingOfOneWhoReadsEverything() {
        Subscriber full = new Subscriber(tally, Appetite.FULL, 0);
        events(full, 7);
        full.gap(5);
        events(full, 9);
        assertThat(full.first()).isEqualTo(7);
        assertThat(tally.missed.sum()).isZero();
        assertThat(tally.lost.sum()).isEqualTo(1);
    }

    @Test
    void whoComesBackTwiceAfterAStormIsBackOnce() {
        Subscriber subscriber = new Subscriber(tally, Appetite.FULL, 0);
        subscriber.accepted();
        subscriber.mustReturn();
        subscriber.accepted();
        subscriber.accepted();
        assertThat(tally.back.sum()).isEqualTo(1);
        assertThat(tally.reconnects.sum()).isEqualTo(2);
    }

    @Test
    void onlyWhatIsToBeSentInTheMeasuredTimeIsMeasuredHoweverLateItComes() {
        Subscriber subscriber = new Subscriber(tally, Appetite.FULL, 0);
        byte[] before = Generator.data(Tally.unixNanos() - 1_000_000, 0, 100).toArray();
        tally.begin();
        byte[] within = Generator.data(Tally.unixNanos(), 1, 100).toArray();
        long until = Tally.unixNanos() + 1_000_000;
        while (Tally.unixNanos() < until) {
            Thread.onSpinWait();
        }
        tally.end();
        byte[] after = Generator.data(Tally.unixNanos() + 1_000_000, 2, 100).toArray();
        subscriber.event(before, 0, before.length);
        subscriber.event(within, 0, within.length);
        assertThat(subscriber.isPast()).isFalse();
        subscriber.event(after, 0, after.length);
        assertThat(subscriber.isPast()).isTrue();
        assertThat(tally.latency.getIntervalHistogram().getTotalCount()).isEqualTo(1);
    }

    @Test
    void aMessageThatWasCompressedIsReadWhole() throws IOException {
        SubscribeResponse response = SubscribeResponse.newBuilder()
                .setEvent(Event.newBuilder()
                        .setId("1.0")
                        .setData(ByteString.copyFrom(
                                Generator.data(Tally.unixNanos(), 0, 200_000).toArray())))
                .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(bytes)) {
            response.writeTo(zip);
        }
        Subscriber subscriber = new Subscriber(tally, Appetite.FULL, 0);
        GrpcMessages messages = new GrpcMessages();
        int length = messages.read(new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray())), subscriber);
        assertThat(length).isEqualTo(response.getSerializedSize());
        assertThat(tally.delivered.sum()).isEqualTo(1);
        assertThat(tally.torn.sum()).isZero();
        assertThat(subscriber.id()).isEqualTo("1.0");
    }
}
