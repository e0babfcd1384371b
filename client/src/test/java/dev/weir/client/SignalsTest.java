package dev.weir.client;

import static dev.weir.client.ReconnectingSourceTest.at;
import static dev.weir.client.ReconnectingSourceTest.transport;
import static dev.weir.client.ReconnectingSourceTest.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.SignalPublisher;
import dev.weir.Sources;
import dev.weir.hub.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream read by a loop, and by a subscriber of {@code Flow}. */
@Timeout(60)
class SignalsTest {

    private static final Signal.Gap GAP = new Signal.Gap("x.2", Signal.Reason.RETENTION, 0, 1, 3, OptionalLong.of(2));

    private final Sources sources = new Sources();

    @AfterEach
    void close() {
        sources.close();
    }

    private static EventSource emitting(Signal... signals) {
        return asked -> Cold.run(out -> {
            for (Signal signal : signals) {
                out.emit(signal);
            }
        });
    }

    private static Event event(int n) {
        return Event.of(null, Integer.toString(n)).withId("x." + n);
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aLoopReadsEventsAndGapsUpToTheEnd(RemoteSource.Via via) throws Exception {
        sources.register("orders", emitting(event(1), GAP, event(3)));
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                RemoteSource remote = RemoteSource.of(
                        via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
            List<String> ids = new ArrayList<>();
            try (Signals signals = Signals.open(new ReconnectingSource(remote), wanted("orders"))) {
                for (Signal signal : signals) {
                    assertThat(signals.position()).isEqualTo(signal.id());
                    ids.add((signal instanceof Signal.Gap ? "gap " : "") + signal.id());
                }
            }
            assertThat(ids).containsExactly("x.1", "gap x.2", "x.3");
            await().until(() -> sources.open() == 0);
        }
    }

    @Test
    void thePositionIsBehindWhatTheLoopWasGivenAndNotBehindWhatItLookedFor() {
        try (Signals signals = Signals.open(emitting(event(1), event(2)), wanted("orders"))) {
            Iterator<Signal> loop = signals.iterator();
            assertThat(loop.next().id()).isEqualTo("x.1");
            assertThat(loop.hasNext()).isTrue();
            assertThat(signals.position()).isEqualTo("x.1");
            assertThat(loop.next().id()).isEqualTo("x.2");
            assertThat(signals.position()).isEqualTo("x.2");
        }
    }

    @Test
    void aListenerOfAStreamThatCannotBeClosedIsToldOneLastThing() throws Exception {
        Told told = new Told();
        try (Reading reading = Reading.start(asked -> new Unclosable(), wanted("orders"), told)) {
            reading.await();
        }
        assertThat(told.words).containsExactly("error internal");
    }

    /** Ends at once, and fails when it is closed. */
    private static final class Unclosable implements Cursor {

        @Override
        public void onReady(Runnable wake) {}

        @Override
        public Signal poll() {
            return new Signal.End("", 0);
        }

        @Override
        public String position() {
            return "";
        }

        @Override
        public void close() {
            throw new IllegalStateException("the database is gone");
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aClosedClientIsNotTriedAgain(RemoteSource.Via via) {
        RemoteSource remote = RemoteSource.of(via, URI.create("http://127.0.0.1:9"));
        remote.close();
        remote.close();
        Refusal no = catchThrowableOfType(Refusal.class, () -> new ReconnectingSource(remote).open(wanted("orders")));
        assertThat(no.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(no.getMessage()).contains("closed");
    }

    @Test
    void aLoopOverEventsThrowsAtAGap() {
        List<String> data = new ArrayList<>();
        try (Signals signals = Signals.open(emitting(event(1), GAP, event(3)), wanted("orders"))) {
            Refusal gap = catchThrowableOfType(Refusal.class, () -> {
                for (Event event : signals.events()) {
                    data.add(event.data().toText());
                }
            });
            assertThat(gap.code()).isEqualTo(Code.POSITION_EXPIRED);
            assertThat(gap.getMessage()).contains("retention", "2 events");
        }
        assertThat(data).containsExactly("1");
    }

    @Test
    void aStopIsThrownEachTimeAndARefusalAtOnce() {
        EventSource stopping = asked -> Cold.run(out -> {
            out.emit(event(1));
            throw new Refusal(Code.SHUTDOWN, "bye", Duration.ofSeconds(3));
        });
        try (Signals signals = Signals.open(stopping, wanted("orders"))) {
            Iterator<Signal> loop = signals.iterator();
            assertThat(loop.next().id()).isEqualTo("x.1");
            for (int n = 0; n < 2; n++) {
                Refusal stop = catchThrowableOfType(Refusal.class, loop::hasNext);
                assertThat(stop.code()).isEqualTo(Code.SHUTDOWN);
                assertThat(stop.getMessage()).isEqualTo("bye");
                assertThat(stop.retryAfter()).isEqualTo(Duration.ofSeconds(3));
            }
            assertThat(signals.position()).isEqualTo("x.1");
        }
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> Signals.open(sources, wanted("nothing")));
        assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void aStreamIsReadOnceAndNotAfterItsClose() {
        Signals signals = Signals.open(emitting(event(1)), wanted("orders"));
        Iterator<Signal> loop = signals.iterator();
        assertThatIllegalStateException().isThrownBy(signals::iterator).withMessageContaining("has been read");
        assertThatIllegalStateException().isThrownBy(() -> signals.events().iterator());
        signals.close();
        signals.close();
        assertThatIllegalStateException().isThrownBy(loop::hasNext).withMessageContaining("closed");
    }

    @Test
    void aLoopThatIsLeftOrInterruptedClosesItsStream() throws Exception {
        try (Topic topic = new Topic("orders")) {
            sources.register("orders", topic);
            topic.publish(event(1));
            try (Signals signals = Signals.open(sources, wanted("orders?from=earliest"))) {
                for (Signal signal : signals) {
                    assertThat(signal).isInstanceOf(Event.class);
                    break;
                }
            }
            assertThat(sources.open()).isZero();
            CompletableFuture<Refusal> thrown = new CompletableFuture<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                try (Signals signals = Signals.open(sources, wanted("orders"))) {
                    thrown.complete(catchThrowableOfType(
                            Refusal.class, () -> signals.iterator().hasNext()));
                }
            });
            await().until(() -> sources.open() == 1 && reader.getState() == Thread.State.WAITING);
            reader.interrupt();
            assertThat(thrown.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.SHUTDOWN);
            await().until(() -> sources.open() == 0);
        }
    }

    /** Takes as many as it asks for, and no more. */
    private static final class Frugal implements Flow.Subscriber<Signal> {

        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(Signal signal) {
            if (!(signal instanceof Signal.Heartbeat)) {
                came.add(signal);
            }
        }

        @Override
        public void onError(Throwable failure) {
            came.add(failure);
        }

        @Override
        public void onComplete() {
            came.add("complete");
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aRemoteStreamIsAFlowWhoseDemandHoldsBackItsSource(RemoteSource.Via via) throws Exception {
        int many = 2_000;
        AtomicInteger made = new AtomicInteger();
        sources.register(
                "orders",
                asked -> Cold.run(out -> {
                    for (int n = 1; n <= many; n++) {
                        out.emit(
                                Event.of(null, Bytes.owned(new byte[32 * 1024])).withId("x." + n));
                        made.incrementAndGet();
                    }
                }));
        try (Endpoint endpoint = transport(via).open(sources, at(0));
                RemoteSource remote = RemoteSource.of(
                        via, URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
            Frugal frugal = new Frugal();
            new SignalPublisher(new ReconnectingSource(remote), wanted("orders")).subscribe(frugal);
            Flow.Subscription subscription = frugal.subscription.get(10, TimeUnit.SECONDS);
            subscription.request(3);
            await().until(() -> frugal.came.size() == 3);
            AtomicInteger settled = new AtomicInteger(-1);
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> settled.getAndSet(made.get()) == made.get());
            assertThat(made.get()).as("made ahead of a demand of 3").isLessThan(many);
            assertThat(frugal.came).hasSize(3);
            subscription.request(Long.MAX_VALUE);
            for (int n = 1; n <= many; n++) {
                assertThat(frugal.came.poll(20, TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(
                                Event.class, event -> assertThat(event.id()).startsWith("x."));
            }
            assertThat(frugal.came.poll(10, TimeUnit.SECONDS)).isEqualTo("complete");
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteSource.Via.class)
    void aSubscriberThatCancelsEndsTheRemoteStream(RemoteSource.Via via) throws Exception {
        try (Topic topic = new Topic("orders")) {
            sources.register("orders", topic);
            try (Endpoint endpoint = transport(via).open(sources, at(0));
                    RemoteSource remote = RemoteSource.of(
                            via,
                            URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
                Frugal frugal = new Frugal();
                new SignalPublisher(new ReconnectingSource(remote), wanted("orders?heartbeat=1")).subscribe(frugal);
                await().until(() -> sources.open() == 1);
                frugal.subscription.get(10, TimeUnit.SECONDS).cancel();
                await().until(() -> sources.open() == 0);
                assertThat(frugal.came).isEmpty();
            }
        }
    }
}
