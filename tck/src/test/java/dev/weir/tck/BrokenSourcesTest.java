package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests tested: each broken source must be red at the rule that it breaks, and say so in words that help. */
class BrokenSourcesTest {

    private static Verdicts verdicts;

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken(Losing.class, "d1_everyPartitionInOrderEachRecordOnce", "no signal within"),
                new Broken(Losing.class, "d2_historyAndTheLiveLogMeetWithoutGapOrDouble", "no signal within"),
                new Broken(Doubling.class, "d1_everyPartitionInOrderEachRecordOnce", "not expected"),
                new Broken(Swapping.class, "d1_everyPartitionInOrderEachRecordOnce", "offset 0 came after 1"),
                new Broken(Phantom.class, "d1_everyPartitionInOrderEachRecordOnce", "elements not expected"),
                new Broken(Nameless.class, "d1_everyPartitionInOrderEachRecordOnce", "Expected size: 1000"),
                new Broken(Stale.class, "d3_anyNodeResumesAnyClient", "elements not expected"),
                new Broken(
                        Stale.class,
                        "d3_aClientThatChangesNodesAllTheTimeLosesAndDoublesNothing",
                        "elements not expected"),
                new Broken(Forgetful.class, "d3_anyNodeResumesAnyClient", "not found"),
                new Broken(
                        Forgetful.class,
                        "i2_startsWhereItWasAskedTo",
                        "Expected size to be between: 3 and 9 but was: 90"),
                new Broken(Forgetful.class, "i2_startsAtATime", "not found"),
                new Broken(Overrunning.class, "i2_untilLatestEndsWithWhatIsThereAtOpen", "unexpected: [200]"),
                new Broken(Torn.class, "d6_anEventIsDeliveredWhole", "length of what arrived"),
                new Broken(Torn.class, "e7_noRecordEndsTheStream", "expected"),
                new Broken(Seamless.class, "g1_whatIsNoLongerHeldIsAGapOrARefusal", "Gap"),
                new Broken(Credulous.class, "i5_anIdOfAnotherTopicIsRefused", "was accepted"),
                new Broken(Squeamish.class, "e7_noRecordEndsTheStream", "an event was expected and not Stop"),
                new Broken(Mortal.class, "l5_openStreamsSurviveAnOutageAndNewOnesAreRefused", "not Stop"),
                new Broken(Hanging.class, "l5_openStreamsSurviveAnOutageAndNewOnesAreRefused", "was accepted"),
                new Broken(Sneaking.class, "l5_openStreamsSurviveAnOutageAndNewOnesAreRefused", "not expected"),
                new Broken(Boasting.class, "p1_everyEventIsAcknowledgedInOrder", "what was acknowledged"),
                new Broken(Muddled.class, "p1_everyEventIsAcknowledgedInOrder", "[4L, 3L, 2L, 1L, 0L]"));
    }

    @BeforeAll
    static void runAll() {
        verdicts = Verdicts.of(broken());
    }

    @Test
    void everyTestOfTheContractIsBrokenBySomething() {
        assertThat(broken().map(Broken::rule))
                .containsAll(Stream.of(SourceContract.class.getMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .map(Method::getName)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isRedAtItsRule(Broken broken) {
        verdicts.assertRed(broken);
    }

    /** Every signal of the whole cursor becomes none, one or several. */
    private static Cursor changing(Cursor whole, BiConsumer<Signal, Queue<Signal>> change) {
        return new FaultyCursor(whole) {
            private final Queue<Signal> out = new ArrayDeque<>();

            @Override
            public @Nullable Signal poll() {
                while (out.isEmpty()) {
                    Signal signal = cursor.poll();
                    if (signal == null) {
                        return null;
                    }
                    change.accept(signal, out);
                }
                return out.remove();
            }
        };
    }

    static class Losing extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(whole.open(asked), (signal, out) -> {
                if (!(signal instanceof Event event) || event.offset() % 100 != 99) {
                    out.add(signal);
                }
            });
        }
    }

    static class Doubling extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(whole.open(asked), (signal, out) -> {
                out.add(signal);
                if (signal instanceof Event event && event.offset() == 100) {
                    out.add(signal);
                }
            });
        }
    }

    static class Swapping extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            List<Signal> held = new ArrayList<>();
            return changing(whole.open(asked), (signal, out) -> {
                if (signal instanceof Event event && event.offset() == 0) {
                    held.add(signal);
                } else {
                    out.add(signal);
                    out.addAll(held);
                    held.clear();
                }
            });
        }
    }

    /** Delivers what was never committed. */
    static class Phantom extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(whole.open(asked), (signal, out) -> {
                out.add(signal);
                if (signal instanceof Event event && event.offset() == 250) {
                    out.add(Event.of("number", "-1").withKey(Bytes.utf8("k0")).at(event.id() + "A", 0, 250));
                }
            });
        }
    }

    /** The same id twice. */
    static class Nameless extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            String[] first = new String[1];
            return changing(whole.open(asked), (signal, out) -> {
                if (signal instanceof Event event && event.offset() < 2) {
                    first[0] = first[0] == null ? event.id() : first[0];
                    out.add(event.withId(first[0]));
                } else {
                    out.add(signal);
                }
            });
        }
    }

    /** Each event carries the id of the one before. */
    static class Stale extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            Cursor cursor = whole.open(asked);
            String[] before = {cursor.position()};
            return changing(cursor, (signal, out) -> {
                if (signal instanceof Event event) {
                    out.add(event.withId(before[0]));
                    before[0] = event.id();
                } else {
                    out.add(signal);
                }
            });
        }
    }

    static class Forgetful extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return whole.open(asked.withStart(new Start.Earliest()));
        }
    }

    /** The cut is not where it was at open. */
    static class Overrunning extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            if (asked.until().isEmpty()) {
                return whole.open(asked);
            }
            return new FaultyCursor(whole.open(endless(asked))) {
                private int events;

                @Override
                public @Nullable Signal poll() {
                    if (events > 200) {
                        return new Signal.End(cursor.position(), events);
                    }
                    Signal signal = cursor.poll();
                    events += signal instanceof Event ? 1 : 0;
                    return signal;
                }
            };
        }

        private static Subscription endless(Subscription asked) {
            return new Subscription(
                    asked.names(),
                    asked.start(),
                    Optional.empty(),
                    asked.limit(),
                    asked.waiting(),
                    asked.filter(),
                    asked.heartbeat(),
                    asked.onGap(),
                    asked.slow(),
                    asked.format(),
                    asked.parameters(),
                    asked.body(),
                    asked.caller());
        }
    }

    static class Torn extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(whole.open(asked), (signal, out) -> {
                if (signal instanceof Event event
                        && event.data() != null
                        && event.data().length() > 3) {
                    byte[] all = event.data().toArray();
                    byte[] half = new byte[all.length == 4 ? 3 : Math.min(all.length, 65_536)];
                    System.arraycopy(all, 0, half, 0, half.length);
                    out.add(new Event(
                            event.id(),
                            event.partition(),
                            event.offset(),
                            event.timeMillis(),
                            event.type(),
                            event.key(),
                            event.headers(),
                            Bytes.owned(half)));
                } else {
                    out.add(signal);
                }
            });
        }
    }

    static class Seamless extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(whole.open(asked), (signal, out) -> {
                if (!(signal instanceof Signal.Gap)) {
                    out.add(signal);
                }
            });
        }
    }

    /** Takes an id of another topic for one of its own. */
    static class Credulous extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            try {
                return whole.open(asked);
            } catch (Refusal foreign) {
                return whole.open(asked.withStart(new Start.Latest()));
            }
        }
    }

    /** Ends at a record without data. */
    static class Squeamish extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return changing(
                    whole.open(asked),
                    (signal, out) -> out.add(
                            signal instanceof Event event && event.data() == null
                                    ? new Signal.Stop(event.id(), Code.INTERNAL, "poisoned", Duration.ZERO)
                                    : signal));
        }
    }

    /** Open streams end with the broker. */
    static class Mortal extends FaultyTopics {
        @Override
        Cursor open(EventSource whole, Subscription asked) {
            return new FaultyCursor(whole.open(asked)) {
                @Override
                public void onReady(Runnable wake) {
                    cursor.onReady(wake);
                    deaths.add(wake);
                }

                @Override
                public @Nullable Signal poll() {
                    return away
                            ? new Signal.Stop(position(), Code.SOURCE_UNAVAILABLE, "away", Duration.ofSeconds(1))
                            : cursor.poll();
                }
            };
        }

        private final List<Runnable> deaths = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void interrupt() {
            super.interrupt();
            deaths.forEach(Runnable::run);
        }
    }

    /** Opens streams while the broker is away. */
    static class Hanging extends FaultyTopics {
        @Override
        public EventSource source(String topic, int node) {
            EventSource whole = super.source(topic, node);
            return asked -> {
                boolean really = away;
                away = false;
                try {
                    return whole.open(asked);
                } finally {
                    away = really;
                }
            };
        }
    }

    /** Stores what it refuses. */
    static class Sneaking extends FaultyTopics {
        @Override
        public List<Published> publish(String topic, List<Event> batch) {
            boolean really = away;
            away = false;
            List<Published> published = super.publish(topic, batch);
            away = really;
            if (really) {
                throw new Refusal(Code.SOURCE_UNAVAILABLE, "the broker is away");
            }
            return published;
        }
    }

    /** Acknowledges what it does not store. */
    static class Boasting extends FaultyTopics {
        @Override
        public List<Published> publish(String topic, List<Event> batch) {
            return batch.size() == 1 ? List.of(new Published(0, 5)) : super.publish(topic, batch);
        }
    }

    static class Muddled extends FaultyTopics {
        @Override
        public List<Published> publish(String topic, List<Event> batch) {
            return super.publish(topic, batch).reversed();
        }
    }
}
