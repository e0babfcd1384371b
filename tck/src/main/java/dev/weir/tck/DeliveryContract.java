package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chapter D: order and delivery. */
interface DeliveryContract extends Contract {

    @Test
    default void d1_recordsOfAPartitionInOrder(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?from=earliest");
        Stage.publish(topic, 0, 2_000);
        assertThat(Stage.numbers(client.events(2_000)))
                .containsExactlyElementsOf(IntStream.range(0, 2_000).boxed().toList());
    }

    @Test
    default void d1_everySubscriberGetsEveryRecordOnce(Stage stage) {
        Topic topic = stage.topic("orders");
        List<Reception> clients = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            clients.add(stage.connect("orders"));
        }
        Stage.publish(topic, 0, 500);
        for (Reception client : clients) {
            assertThat(Stage.numbers(client.events(500)))
                    .containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
        }
    }

    @Test
    default void d2_nothingIsMissingBetweenStartAndLastId(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 300);
        Reception client = stage.connect("orders?from=earliest&until=latest");
        assertThat(Stage.numbers(client.events(300)))
                .containsExactlyElementsOf(IntStream.range(0, 300).boxed().toList());
        assertThat(client.next()).isInstanceOf(Signal.End.class);
    }

    @Test
    default void d2_filtersLeaveOutWhatWasNotAskedFor(Stage stage) {
        Topic topic = stage.topic("orders");
        for (int n = 0; n < 30; n++) {
            topic.publish(Event.of(n % 3 == 0 ? "fizz" : "other", "" + n).withKey(Bytes.utf8("k" + n % 2)));
        }
        assertThat(Stage.numbers(
                        stage.connect("orders?from=earliest&type=fizz&limit=10").events(10)))
                .containsExactly(0, 3, 6, 9, 12, 15, 18, 21, 24, 27);
        assertThat(Stage.numbers(stage.connect("orders?from=earliest&type=fizz&key=k1&limit=5")
                        .events(5)))
                .containsExactly(3, 9, 15, 21, 27);
    }

    @Test
    default void d2_filtersByHeader(Stage stage) {
        Topic topic = stage.topic("orders");
        for (int n = 0; n < 12; n++) {
            List<Header> headers =
                    List.of(header("region", n % 2 == 0 ? "eu" : "us"), header("tenant", "t" + n % 3), header("x", ""));
            topic.publish(new Event("", 0, 0, 1_000, "number", null, headers, Bytes.utf8("" + n)));
        }
        assertThat(Stage.numbers(stage.connect("orders?from=earliest&until=latest&header.region=eu&header.tenant=t1")
                        .events(2)))
                .containsExactly(4, 10);
        assertThat(Stage.numbers(stage.connect("orders?from=earliest&header.tenant=t1&header.tenant=t2&limit=3")
                        .events(3)))
                .containsExactly(1, 2, 4);
        assertThat(stage.connect("orders?from=earliest&until=latest&header.tenant=")
                        .next(Signal.End.class)
                        .events())
                .isZero();
    }

    private static Header header(String name, String value) {
        return new Header(name, Bytes.utf8(value));
    }

    @Test
    default void d2_aReaderThatWasOvertakenIsToldOfTheGap(Stage stage) {
        Topic topic = stage.topic("orders", new Retention(64, 1 << 20, Duration.ZERO));
        String first = topic.publish(Event.of("number", "0")).id();
        Stage.publish(topic, 1, 200);
        Reception client = stage.resume("orders", first);
        Signal.Gap gap = client.next(Signal.Gap.class);
        assertThat(gap.reason()).isEqualTo(Signal.Reason.RETENTION);
        assertThat(gap.from()).isEqualTo(1);
        assertThat(gap.to()).isEqualTo(136);
        assertThat(gap.count()).hasValue(135);
        assertThat(Stage.numbers(client.events(64)))
                .containsExactlyElementsOf(IntStream.range(136, 200).boxed().toList());
    }

    @Test
    default void d3_resumesAfterAnyId(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 50);
        List<Event> all = stage.connect("orders?from=earliest").events(50);
        for (int seen : new int[] {0, 1, 24, 48}) {
            Reception again = stage.resume("orders", all.get(seen).id());
            assertThat(Stage.numbers(again.events(49 - seen)))
                    .containsExactlyElementsOf(
                            IntStream.range(seen + 1, 50).boxed().toList());
        }
        Reception atTheEnd = stage.connect("orders?after=" + all.get(49).id());
        Stage.publish(topic, 50, 51);
        assertThat(Stage.numbers(atTheEnd.events(1))).containsExactly(50);
    }

    @Test
    default void d3_aClientThatKeepsComingBackLosesAndDoublesNothing(Stage stage) {
        Topic topic = stage.topic("orders");
        List<Integer> seen = new ArrayList<>();
        Reception client = stage.connect("orders?from=earliest");
        String last = client.next(Signal.Open.class).id();
        for (int round = 0; round < 10; round++) {
            Stage.publish(topic, round * 20, round * 20 + 20);
            for (Event event : client.events(7)) {
                seen.addAll(Stage.numbers(List.of(event)));
                last = event.id();
            }
            client.close();
            client = stage.resume("orders?from=earliest", last);
        }
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 70).boxed().toList());
    }

    @Test
    default void d6_anEventIsDeliveredWhole(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders");
        String large = "x".repeat(700_000) + "é€😀";
        topic.publish(Event.of("large", large));
        topic.publish(Event.of("small", "after"));
        Event event = client.event();
        assertThat(Stage.text(event).length()).as("length of what arrived").isEqualTo(large.length());
        assertThat(Stage.text(event).equals(large)).as("the same text").isTrue();
        assertThat(event.type()).isEqualTo("large");
        assertThat(Stage.text(client.event())).isEqualTo("after");
    }

    @Test
    default void d6_dataArriveUnchanged(Stage stage) {
        Topic topic = stage.topic("orders");
        Reception client = stage.connect("orders?encoding=base64&envelope=full");
        List<byte[]> sent = new ArrayList<>();
        for (String text :
                new String[] {"", " ", "a\nb\r\nc\rd\n", "\u0000\u2028\uFEFF", "data: x\n\nid: 1", "{\"a\": 1}"}) {
            sent.add(text.getBytes(StandardCharsets.UTF_8));
        }
        sent.add(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 13, 10});
        for (byte[] data : sent) {
            topic.publish(Event.of("hostile", Bytes.owned(data.clone())));
        }
        for (byte[] data : sent) {
            assertThat(client.event().data()).isEqualTo(Bytes.owned(data));
        }
    }

    @Test
    default void d6_idsAreDistinct(Stage stage) {
        Topic topic = stage.topic("orders");
        Stage.publish(topic, 0, 100);
        List<Event> events = stage.connect("orders?from=earliest").events(100);
        assertThat(new HashSet<>(events.stream().map(Event::id).toList())).hasSize(100);
    }
}
