package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Cursor;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests tested: each broken transport must be red at the rule that it breaks, and say so in words that help. */
class BrokenTransportsTest {

    private static Verdicts verdicts;

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken(Losing.class, "d1_recordsOfAPartitionInOrder", "no signal within"),
                new Broken(
                        Losing.class, "d2_nothingIsMissingBetweenStartAndLastId", "an event was expected and not End"),
                new Broken(Doubling.class, "d1_everySubscriberGetsEveryRecordOnce", "[0, 0, 1, 1,"),
                new Broken(Swapping.class, "d1_recordsOfAPartitionInOrder", "[1, 0, 3, 2,"),
                new Broken(Tearing.class, "d6_anEventIsDeliveredWhole", "length of what arrived"),
                new Broken(Trimming.class, "d6_dataArriveUnchanged", "but was: 0 bytes"),
                new Broken(Nameless.class, "d6_idsAreDistinct", "Expected size: 100"),
                new Broken(Forgetful.class, "d3_resumesAfterAnyId", "others were not expected: [0]"),
                new Broken(Forgetful.class, "i2_lastEventIdOverridesTheQuery", "not found: [7]"),
                new Broken(Seamless.class, "g1_aGapSaysWhatIsMissingAndWhy", "Gap"),
                new Broken(Seamless.class, "d2_aReaderThatWasOvertakenIsToldOfTheGap", "no signal within"),
                new Broken(Trusting.class, "i3_anIdOpensNothingThatItsBearerMayNotSee", "was accepted"),
                new Broken(Silent.class, "h2_aQuietStreamIsNeverSilentForLong", "no signal within"),
                new Broken(Lazy.class, "h2_aQuietStreamIsNeverSilentForLong", "the usual silence"),
                new Broken(Slow.class, "h1_theFirstBytesLeaveAtOnce", "no signal within"),
                new Broken(Holding.class, "c1_aQuietSourceIsCancelledAsWell", "the cursor is closed"),
                new Broken(Holding.class, "e3_limitEndsTheStreamAfterSoManyEvents", "every cursor is closed"),
                new Broken(ClosingTwice.class, "e3_limitEndsTheStreamAfterSoManyEvents", "close after close"),
                new Broken(Greedy.class, "e3_limitEndsTheStreamAfterSoManyEvents", "poll after the last signal"),
                new Broken(Hasty.class, "e1_everyRefusalComesBeforeTheFirstByte", "no-bad-request was accepted"),
                new Broken(Endless.class, "e3_limitEndsTheStreamAfterSoManyEvents", "the connection did not end"),
                new Broken(Glossing.class, "e3_aBoundedStreamThatWasStoppedDoesNotLookComplete", "ended: COMPLETE"),
                new Broken(Cutting.class, "e3_aCleanEndMeansThatEverythingWasSent", "Expecting value to be true"),
                new Broken(Hasty.class, "e1_aSourceThatThrowsBeforeItsFirstItemIsAStatus", "was accepted"),
                new Broken(
                        Adrift.class,
                        "e2_aSourceThatThrowsAfterSomeItemsIsAStopWithItsPosition",
                        "position of the stop"),
                new Broken(Glossing.class, "e3_aCleanUpThatThrowsAfterTheLastItemIsNoEnd", "ended: COMPLETE"),
                new Broken(Silent.class, "h2_aSourceThatHangsHasHeartbeats", "no signal within"),
                new Broken(
                        Holding.class,
                        "c1_aClientThatLeavesCancelsItsSourceOnceWhereverItIs",
                        "every source is cancelled"),
                new Broken(
                        Deaf.class, "c1_aClientThatLeavesBeforeItsAnswerCancelsItsSource", "the source is cancelled"),
                new Broken(Infectious.class, "c1_aCleanUpThatThrowsHindersNobody", "no signal within"),
                new Broken(Holding.class, "c1_aSourceThatIgnoresInterruptsHoldsNobodyUp", "the cursor is closed"),
                new Broken(Glossing.class, "l1_drainingStopsASourceThatIgnoresInterrupts", "ended: COMPLETE"),
                new Broken(Lingering.class, "l1_closingWaitsForNoSourceThatIgnoresInterrupts", "closing took"));
    }

    static Stream<Broken> whole() {
        return broken().map(Broken::rule).distinct().map(rule -> new Broken(Whole.class, rule, ""));
    }

    @BeforeAll
    static void runAll() {
        verdicts = Verdicts.of(Stream.concat(broken(), whole()));
    }

    @Test
    void everyChapterIsBrokenBySomething() {
        assertThat(broken().map(broken -> broken.rule().substring(0, 1))).contains("d", "i", "g", "e", "h", "c", "l");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isRedAtItsRule(Broken broken) {
        verdicts.assertRed(broken);
    }

    @ParameterizedTest
    @MethodSource("whole")
    void isGreenWhereNothingIsBroken(Broken whole) {
        verdicts.assertGreen(whole);
    }

    private static TransportHarness wires(UnaryOperator<Wire> broken) {
        return new LoopbackHarness(new Loopback(broken));
    }

    private static TransportHarness cursors(UnaryOperator<Cursor> broken) {
        return new LoopbackHarness() {
            @Override
            public Endpoint open(EventSource source) throws IOException {
                return super.open(subscription -> broken.apply(source.open(subscription)));
            }
        };
    }

    static class Whole implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(FaultyWire::new);
        }
    }

    static class Losing implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                private int events;

                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (!(signal instanceof Event) || ++events % 100 != 0) {
                        wire.write(frame);
                    }
                }
            });
        }
    }

    static class Doubling implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    wire.write(frame);
                    if (signal instanceof Event) {
                        wire.write(frame);
                    }
                }
            });
        }
    }

    static class Swapping implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                private @Nullable Bytes held;

                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (signal instanceof Event && held == null) {
                        held = frame;
                        return;
                    }
                    wire.write(frame);
                    if (held != null) {
                        wire.write(held);
                        held = null;
                    }
                }
            });
        }
    }

    static class Tearing implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    byte[] bytes = new byte[Math.min(frame.length(), 65_536)];
                    System.arraycopy(frame.toArray(), 0, bytes, 0, bytes.length);
                    wire.write(Bytes.owned(bytes));
                }
            });
        }
    }

    static class Trimming implements TransportContract {
        @Override
        public TransportHarness harness() {
            return rewriting(event -> {
                String text = event.data() == null ? "" : event.data().toText().strip();
                return Event.of(event.type(), text).at(event.id(), event.partition(), event.offset());
            });
        }
    }

    static class Nameless implements TransportContract {
        @Override
        public TransportHarness harness() {
            return rewriting(event -> event.withId(""));
        }
    }

    private static TransportHarness rewriting(UnaryOperator<Event> change) {
        return wires(wire -> new FaultyWire(wire) {
            @Override
            void write(Bytes frame, Signal signal) throws IOException {
                wire.write(signal instanceof Event event ? LoopbackCodec.INSTANCE.encode(change.apply(event)) : frame);
            }
        });
    }

    static class Forgetful implements TransportContract {
        @Override
        public TransportHarness harness() {
            return new LoopbackHarness() {
                @Override
                public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
                        throws IOException {
                    boolean comesBack = headers.containsKey("last-event-id") && !nameAndQuery.contains("?");
                    return super.connect(address, nameAndQuery + (comesBack ? "?from=earliest" : ""), Map.of());
                }
            };
        }
    }

    static class Silent implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (!(signal instanceof Signal.Heartbeat)) {
                        wire.write(frame);
                    }
                }
            });
        }
    }

    static class Lazy implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                private int heartbeats;

                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (!(signal instanceof Signal.Heartbeat) || ++heartbeats % 2 == 0) {
                        wire.write(frame);
                    }
                }
            });
        }
    }

    static class Seamless implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (!(signal instanceof Signal.Gap)) {
                        wire.write(frame);
                    }
                }
            });
        }
    }

    /** Who comes back is taken for the one who was let in before. */
    static class Trusting implements TransportContract {
        @Override
        public TransportHarness harness() {
            return new LoopbackHarness() {
                @Override
                public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
                        throws IOException {
                    Map<String, String> more = new HashMap<>(headers);
                    if (headers.containsKey("last-event-id") || nameAndQuery.contains("after=")) {
                        more.put("authorization", "Bearer full");
                    }
                    return super.connect(address, nameAndQuery, more);
                }
            };
        }
    }

    static class Slow implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                private final List<Bytes> kept = new ArrayList<>();

                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    kept.add(frame);
                    if (!(signal instanceof Signal.Open)) {
                        for (Bytes each : kept) {
                            wire.write(each);
                        }
                        kept.clear();
                    }
                }
            });
        }
    }

    static class Holding implements TransportContract {
        @Override
        public TransportHarness harness() {
            return cursors(cursor -> new FaultyCursor(cursor) {
                @Override
                public void close() {}
            });
        }
    }

    static class ClosingTwice implements TransportContract {
        @Override
        public TransportHarness harness() {
            return cursors(cursor -> new FaultyCursor(cursor) {
                @Override
                public void close() {
                    cursor.close();
                    cursor.close();
                }
            });
        }
    }

    static class Greedy implements TransportContract {
        @Override
        public TransportHarness harness() {
            return cursors(cursor -> new FaultyCursor(cursor) {
                @Override
                public @Nullable Signal poll() {
                    Signal signal = cursor.poll();
                    if (signal != null && signal.last()) {
                        cursor.poll();
                    }
                    return signal;
                }
            });
        }
    }

    static class Hasty implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                public void refuse(Refusal why) throws IOException {
                    Signal.Stop stop = new Signal.Stop("", why.code(), why.getMessage(), why.retryAfter());
                    wire.open(new Signal.Open("", List.of()), LoopbackCodec.INSTANCE);
                    wire.write(LoopbackCodec.INSTANCE.encode(stop));
                    wire.flush();
                    wire.close(stop);
                }
            });
        }
    }

    static class Endless implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                public void close(Signal last) {}
            });
        }
    }

    static class Glossing implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    if (!(signal instanceof Signal.Stop)) {
                        wire.write(frame);
                    }
                }

                @Override
                public void close(Signal last) throws IOException {
                    wire.close(new Signal.End(last.id(), 0));
                }
            });
        }
    }

    static class Cutting implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                public void close(Signal last) {
                    wire.abort();
                }
            });
        }
    }

    static class Adrift implements TransportContract {
        @Override
        public TransportHarness harness() {
            return wires(wire -> new FaultyWire(wire) {
                @Override
                void write(Bytes frame, Signal signal) throws IOException {
                    wire.write(
                            signal instanceof Signal.Stop stop
                                    ? LoopbackCodec.INSTANCE.encode(
                                            new Signal.Stop("", stop.code(), stop.message(), stop.retryAfter()))
                                    : frame);
                }
            });
        }
    }

    /** A client that has left before its answer is not noticed. */
    static class Deaf implements TransportContract {
        @Override
        public TransportHarness harness() {
            return new LoopbackHarness() {
                @Override
                public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
                        throws IOException {
                    try {
                        return CompletableFuture.supplyAsync(() -> connected(address, nameAndQuery, headers))
                                .get();
                    } catch (InterruptedException | ExecutionException left) {
                        throw new IOException(left);
                    }
                }

                private Reception connected(
                        InetSocketAddress address, String nameAndQuery, Map<String, String> headers) {
                    try {
                        return super.connect(address, nameAndQuery, headers);
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                }
            };
        }
    }

    /** Once a source has failed to close, no other is read. */
    static class Infectious implements TransportContract {
        @Override
        public TransportHarness harness() {
            AtomicBoolean ill = new AtomicBoolean();
            return cursors(cursor -> new FaultyCursor(cursor) {
                @Override
                public @Nullable Signal poll() {
                    return ill.get() ? null : cursor.poll();
                }

                @Override
                public void close() {
                    try {
                        cursor.close();
                    } catch (RuntimeException | Error failure) {
                        ill.set(true);
                        throw failure;
                    }
                }
            });
        }
    }

    static class Lingering implements TransportContract {
        @Override
        public TransportHarness harness() {
            return new LoopbackHarness() {
                @Override
                public Endpoint open(EventSource source) throws IOException {
                    Endpoint endpoint = super.open(source);
                    AtomicBoolean closed = new AtomicBoolean();
                    return new Endpoint() {
                        @Override
                        public InetSocketAddress address() {
                            return endpoint.address();
                        }

                        @Override
                        public void close() throws IOException {
                            if (closed.compareAndSet(false, true)) {
                                LockSupport.parkNanos(Duration.ofSeconds(6).toNanos());
                            }
                            endpoint.close();
                        }
                    };
                }
            };
        }
    }
}
