package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import dev.weir.hub.Topic;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private static Subscription wanted(String text) {
        return Subscription.parse(text, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    private static Transport transport(RemoteSource.Via via) {
        return switch (via) {
            case SSE -> new SseTransport();
            case NDJSON -> new ChunkedTransport();
            case GRPC -> new GrpcTransport();
        };
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** What a listener was told, as text. */
    private static final class Told implements Reading.Listener {

        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(Event event) {
            words.add(event.data().toText());
        }

        @Override
        public void onGap(Signal.Gap gap) {
            words.add("gap " + gap.reason());
        }

        @Override
        public void onError(Refusal why) {
            words.add("error " + why.code());
        }

        @Override
        public void onComplete() {
            words.add("complete");
        }

        List<String> next(int count) throws InterruptedException {
            List<String> next = new ArrayList<>();
            while (next.size() < count) {
                String word = words.poll(20, TimeUnit.SECONDS);
                assertThat(word).as("after " + next).isNotNull();
                next.add(word);
            }
            return next;
        }
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
