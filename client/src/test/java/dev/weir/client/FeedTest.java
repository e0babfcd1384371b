package dev.weir.client;

import static dev.weir.client.ReconnectingSourceTest.at;
import static dev.weir.client.ReconnectingSourceTest.transport;
import static dev.weir.client.ReconnectingSourceTest.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Sources;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose source is the stream of another server. */
@Timeout(60)
class FeedTest {

    private final Topic topic = new Topic("orders", new Retention(4, 1 << 20, Duration.ZERO));
    private final Sources origin = new Sources().register("orders", topic);
    private final Sources relay = new Sources();

    @AfterEach
    void close() {
        relay.close();
        origin.close();
        topic.close();
    }

    private static RemoteSource remote(RemoteSource.Via via, Endpoint endpoint) {
        return RemoteSource.of(
                via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()));
    }

    private Event publish(int n) {
        return topic.publish(Event.of(null, Integer.toString(n)));
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void itsClientsStayWhileTheFirstServerGoesAndComesBack(RemoteSource.Via via) throws Exception {
        Endpoint first = transport(via).open(origin, at(0));
        int port = first.address().getPort();
        Told told = new Told();
        try (RemoteSource toOrigin = remote(via, first)) {
            relay.register("orders", new ReconnectingSource(toOrigin));
            try (Endpoint second = transport(via).open(relay, at(0));
                    RemoteSource toRelay = remote(via, second);
                    Reading reading = Reading.start(toRelay, wanted("orders?from=earliest&heartbeat=1"), told)) {
                publish(1);
                String id = publish(2).id();
                assertThat(told.next(2)).containsExactly("1", "2");
                assertThat(told.last).isEqualTo(id);
                first.close();
                for (int n = 3; n <= 8; n++) {
                    publish(n);
                }
                try (Endpoint again = transport(via).open(origin, at(port));
                        RemoteSource direct = remote(via, again)) {
                    assertThat(told.next(5)).containsExactly("gap retention", "5", "6", "7", "8");
                    assertThat(relay.opened()).isEqualTo(1);
                    String after = "orders?limit=1&after=" + told.last;
                    publish(9);
                    assertThat(told.next(1)).containsExactly("9");
                    for (EventSource either : new EventSource[] {direct, toRelay}) {
                        try (Listener resumed = new Listener(either.open(wanted(after)))) {
                            assertThat(resumed.all().get(0)).isInstanceOfSatisfying(Event.class, event -> {
                                assertThat(event.id()).isEqualTo(told.last);
                                assertThat(event.data().toText()).isEqualTo("9");
                            });
                        }
                    }
                    reading.close();
                    await().until(() -> relay.open() == 0 && origin.open() == 0);
                    assertThat(told.words).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void refusalsAndFinalStopsPassAndTheFirstServerIsAskedNoMore(RemoteSource.Via via) throws Exception {
        AtomicInteger opened = new AtomicInteger();
        origin.register("gone", asked -> {
            opened.incrementAndGet();
            return Cold.run(out -> {
                out.emit(Event.of(null, "in").withId("x.1"));
                throw new Refusal(Code.TOPIC_DELETED, "gone for good");
            });
        });
        try (Endpoint first = transport(via).open(origin, at(0));
                RemoteSource toOrigin = remote(via, first)) {
            EventSource source = new ReconnectingSource(toOrigin);
            relay.register("gone", source).register("nothing", source);
            try (Endpoint second = transport(via).open(relay, at(0));
                    RemoteSource toRelay = remote(via, second)) {
                Told told = new Told();
                try (Reading reading = Reading.start(toRelay, wanted("gone"), told)) {
                    assertThat(told.next(2)).containsExactly("in", "error topic-deleted");
                    reading.await();
                }
                try (Reading reading = Reading.start(toRelay, wanted("nothing"), told)) {
                    assertThat(told.next(1)).containsExactly("error not-found");
                    reading.await();
                }
                assertThat(opened).hasValue(1);
            }
        }
    }
}
