package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ReconnectingSourceTest {

    private final Topic topic = new Topic("orders");
    private final Sources sources = new Sources();

    @AfterEach
    void close() {
        sources.close();
        topic.close();
    }

    static Subscription wanted(String text) {
        return Subscription.parse(text, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    static Transport transport(RemoteSource.Via via) {
        return switch (via) {
            case SSE -> new SseTransport();
            case NDJSON -> new ChunkedTransport();
            case GRPC -> new GrpcTransport();
        };
    }

    static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aServerThatComesBackIsReadOnWithoutLossOrDoubles(RemoteSource.Via via) throws Exception {
        sources.register("orders", topic);
        Endpoint first = transport(via).open(sources, at(0));
        int port = first.address().getPort();
        Told told = new Told();
        try (RemoteSource remote = RemoteSource.of(via, URI.create("http://127.0.0.1:" + port));
                Reading reading = Reading.start(new ReconnectingSource(remote), wanted("orders?from=earliest"), told)) {
            topic.publish(Event.of(null, "1"));
            topic.publish(Event.of(null, "2"));
            assertThat(told.next(2)).containsExactly("1", "2");
            first.close();
            topic.publish(Event.of(null, "3"));
            try (Endpoint second = transport(via).open(sources, at(port))) {
                assertThat(second.address().getPort()).isEqualTo(port);
                assertThat(told.next(1)).containsExactly("3");
                topic.publish(Event.of(null, "4"));
                assertThat(told.next(1)).containsExactly("4");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aLiveStreamThatIsSilentForThreeHeartbeatsIsCutAndComesBack(RemoteSource.Via via) throws Exception {
        sources.register("orders", topic);
        Told told = new Told();
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                Swallowing way = new Swallowing(endpoint.address());
                RemoteSource remote = RemoteSource.of(via, way.base());
                Reading reading = Reading.start(
                        new ReconnectingSource(remote), wanted("orders?from=earliest&heartbeat=1"), told)) {
            topic.publish(Event.of(null, "1"));
            assertThat(told.next(1)).containsExactly("1");
            way.swallow();
            topic.publish(Event.of(null, "2"));
            assertThat(told.next(1)).containsExactly("2");
            topic.publish(Event.of(null, "3"));
            assertThat(told.next(1)).containsExactly("3");
            assertThat(way.connections).hasValue(2);
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void silenceIsAStopThatSaysSo(RemoteSource.Via via) throws Exception {
        sources.register("orders", topic);
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                Swallowing way = new Swallowing(endpoint.address());
                RemoteSource remote = RemoteSource.of(via, way.base());
                Listener listener = new Listener(remote.open(wanted("orders?from=earliest&heartbeat=1")))) {
            String id = topic.publish(Event.of(null, "1")).id();
            assertThat(listener.next().id()).isEqualTo(id);
            way.swallow();
            long since = System.nanoTime();
            Signal signal = listener.next();
            while (signal instanceof Signal.Heartbeat) {
                signal = listener.next();
            }
            assertThat(signal).isInstanceOf(Signal.Stop.class);
            Signal.Stop stop = (Signal.Stop) signal;
            assertThat(stop.code()).isEqualTo(Code.SOURCE_UNAVAILABLE);
            assertThat(stop.message()).contains("silent");
            assertThat(stop.id()).isEqualTo(id);
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThan(Duration.ofMillis(1_500));
        }
    }

    @Test
    void aStreamWithAnEndMayBeSilentForFiveMinutes() {
        assertThat(Patience.with(wanted("orders?heartbeat=10"))).isEqualTo(Duration.ofSeconds(30));
        assertThat(Patience.with(wanted("orders?heartbeat=10&limit=3"))).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void pausesGrowUpToHalfAMinuteAndAreLengthenedByAHalfAtMost() {
        for (int inVain = 0; inVain < 100; inVain++) {
            long least = Math.min(30_000, 500L << Math.min(inVain, 10));
            Set<Long> seen = new HashSet<>();
            for (int n = 0; n < 200; n++) {
                long pause = ReconnectingSource.pauseMillis(Duration.ZERO, inVain);
                assertThat(pause).isBetween(least, least + least / 2);
                seen.add(pause);
                assertThat(ReconnectingSource.pauseMillis(Duration.ofSeconds(40), inVain))
                        .isBetween(40_000L, 60_000L);
            }
            assertThat(seen).hasSizeGreaterThan(20);
        }
        assertThat(ReconnectingSource.pauseMillis(Duration.ofMillis(Long.MAX_VALUE), 0))
                .isBetween(Duration.ofHours(24).toMillis(), Duration.ofHours(36).toMillis());
    }

    @Test
    void columnsAndPositionAreThoseOfTheFirstStreamAndHeartbeatsMoveIt() throws Exception {
        ReconnectingSource source = new ReconnectingSource(asked -> Cold.run(List.of("a", "b"), out -> {
            out.emit(new Signal.Heartbeat("x.1", 7));
            out.emit(Event.of(null, "[1,2]"));
            throw new Refusal(Code.TOPIC_DELETED, "gone");
        }));
        try (Listener listener = new Listener(source.open(wanted("table")))) {
            assertThat(listener.cursor.columns()).containsExactly("a", "b");
            assertThat(listener.next()).isInstanceOf(Event.class);
            assertThat(listener.cursor.position()).isEqualTo("x.1");
            assertThat(listener.cursor.superseded()).isEqualTo(7);
            assertThat(listener.next()).isEqualTo(new Signal.Stop("x.1", Code.TOPIC_DELETED, "gone", Duration.ZERO));
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void theColumnsOfARemoteTableAreKnownBeforeItsRows(RemoteSource.Via via) throws Exception {
        sources.register("table", asked -> Cold.run(List.of("a", "b"), out -> out.emit(Event.of(null, "[1,2]"))));
        sources.register("orders", topic);
        topic.publish(Event.of(null, "1"));
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                RemoteSource remote = RemoteSource.of(
                        via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
            ReconnectingSource source = new ReconnectingSource(remote);
            try (Listener listener = new Listener(source.open(wanted("table")))) {
                assertThat(listener.cursor.columns()).containsExactly("a", "b");
                assertThat(listener.all()).hasSize(2);
            }
            try (Listener direct = new Listener(topic.open(wanted("orders")));
                    Listener listener = new Listener(source.open(wanted("orders")))) {
                assertThat(listener.cursor.position()).isNotEmpty().isEqualTo(direct.cursor.position());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RemoteSource.Via.class,
            names = {"SSE", "NDJSON"})
    void anIdInAHeaderAloneIsGoneOnFrom(RemoteSource.Via via) throws Exception {
        try (RawServer server = new RawServer(out -> RawServer.head(via, out));
                RemoteSource remote = RemoteSource.of(via, server.base());
                Listener listener = new Listener(new ReconnectingSource(remote).open(wanted("orders")))) {
            // a head may be lost with its connection, and is asked for again
            await().until(() -> server.requests.stream().anyMatch(asked -> asked.contains("after=start")));
            assertThat(server.requests.get(0)).contains("from=latest");
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void whatIsLostWhileTheServerIsAwayIsToldAsAGap(RemoteSource.Via via) throws Exception {
        try (Topic small = new Topic("orders", new Retention(2, 1 << 20, Duration.ZERO))) {
            sources.register("orders", small);
            Endpoint first = transport(via).open(sources, at(0));
            int port = first.address().getPort();
            Told told = new Told();
            try (RemoteSource remote = RemoteSource.of(via, URI.create("http://127.0.0.1:" + port));
                    Reading reading =
                            Reading.start(new ReconnectingSource(remote), wanted("orders?from=earliest"), told)) {
                small.publish(Event.of(null, "1"));
                assertThat(told.next(1)).containsExactly("1");
                first.close();
                for (int n = 2; n <= 5; n++) {
                    small.publish(Event.of(null, Integer.toString(n)));
                }
                try (Endpoint second = transport(via).open(sources, at(port))) {
                    assertThat(told.next(3)).containsExactly("gap retention", "4", "5");
                }
            }
        }
    }

    @Test
    void theServersTimeToComeBackIsKept() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        List<Long> times = new ArrayList<>();
        Told told = new Told();
        try (Reading reading = Reading.start(
                new ReconnectingSource(asked -> {
                    times.add(System.nanoTime());
                    if (opened.incrementAndGet() == 1) {
                        throw new Refusal(Code.OVERLOADED, "full", Duration.ofMillis(400));
                    }
                    return Cold.run(out -> out.emit(Event.of(null, "in")));
                }),
                wanted("orders"),
                told)) {
            assertThat(told.next(2)).containsExactly("in", "complete");
            assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThanOrEqualTo(Duration.ofMillis(400));
            reading.await();
        }
    }

    @Test
    void itGoesOnBehindTheLastIdAndKeepsItsLimit() throws Exception {
        List<Subscription> asked = new ArrayList<>();
        Told told = new Told();
        try (Reading reading = Reading.start(
                new ReconnectingSource(subscription -> {
                    asked.add(subscription);
                    int n = asked.size();
                    return Cold.run(out -> {
                        out.emit(Event.of(null, "event " + n).withId("x." + n));
                        throw new Refusal(Code.MAX_DURATION, "come back", Duration.ofMillis(1));
                    });
                }),
                wanted("orders?limit=3"),
                told)) {
            assertThat(told.next(4)).containsExactly("event 1", "event 2", "event 3", "complete");
        }
        assertThat(asked).hasSize(3);
        assertThat(asked.get(1).start()).isEqualTo(new Start.After("x.1"));
        assertThat(asked.get(2).start()).isEqualTo(new Start.After("x.2"));
    }

    @Test
    void whatIsFinalIsToldOnceAndEndsIt() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        Told told = new Told();
        try (Reading reading = Reading.start(
                new ReconnectingSource(asked -> {
                    opened.incrementAndGet();
                    return Cold.run(out -> {
                        out.emit(Event.of(null, "in"));
                        throw new Refusal(Code.TOPIC_DELETED, "gone");
                    });
                }),
                wanted("orders"),
                told)) {
            assertThat(told.next(2)).containsExactly("in", "error topic-deleted");
            reading.await();
            assertThat(opened).hasValue(1);
        }
    }

    @Test
    void aFinalRefusalIsThatOfOpen() {
        ReconnectingSource source = new ReconnectingSource(sources);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> source.open(wanted("nothing")))
                .satisfies(no -> assertThat(no.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void aReadingThatIsClosedClosesItsStreamAndTellsNothingMore() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        Told told = new Told();
        Reading reading = Reading.start(
                new ReconnectingSource(asked -> Cold.run(out -> {
                    try {
                        out.emit(Event.of(null, "in"));
                        Thread.sleep(60_000);
                    } finally {
                        ended.add("interrupted");
                    }
                })),
                wanted("orders"),
                told);
        assertThat(told.next(1)).containsExactly("in");
        reading.close();
        reading.await();
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
        assertThat(told.words).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aBodyIsSent(RemoteSource.Via via) throws Exception {
        sources.register("echo", asked -> Cold.run(out -> out.emit(Event.of(null, asked.body()))));
        Told told = new Told();
        Subscription wanted =
                Subscription.parse("echo", Bytes.utf8("what is a weir?"), Caller.at(new InetSocketAddress(0)));
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                RemoteSource remote = RemoteSource.of(
                        via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()));
                Reading reading = Reading.start(remote, wanted, told)) {
            assertThat(told.next(2)).containsExactly("what is a weir?", "complete");
            reading.await();
        }
    }
}
