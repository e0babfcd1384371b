package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Chapters E, H, C and L once more: cold streams whose source fails, hangs, or does not let go, and clients that leave meanwhile. */
interface ColdContract extends Contract {

    String SECRET = "secret of /etc/passwd";

    private static void requireNothingInside(String message) {
        assertThat(message)
                .doesNotContain("secret")
                .doesNotContain("/etc")
                .doesNotContain("Exception")
                .doesNotContain("Error")
                .doesNotContain("dev.weir");
    }

    @Test
    default void e1_aSourceThatThrowsBeforeItsFirstItemIsAStatus(Stage stage) {
        Map<String, Cold.Generator> failing = Map.of(
                "unchecked",
                out -> {
                    throw new IllegalStateException(SECRET);
                },
                "checked",
                out -> {
                    throw new IOException(SECRET);
                },
                "error",
                out -> {
                    throw new NoClassDefFoundError(SECRET);
                });
        failing.forEach((name, generator) -> {
            ColdSource source = new ColdSource(0, generator);
            stage.source(name, source);
            Refusal refusal = stage.refusal(name);
            assertThat(refusal.code()).as(name).isEqualTo(Code.INTERNAL);
            assertThat(refusal.retryAfter()).as(name).isPositive();
            requireNothingInside(refusal.getMessage());
            assertThat(source.cleaned).as(name).hasValue(1);
        });
        assertThat(stage.opened()).isZero();
        assertThat(stage.sources().open()).isZero();
    }

    @Test
    default void e2_aSourceThatThrowsAfterSomeItemsIsAStopWithItsPosition(Stage stage) {
        for (int items : new int[] {1, 3, 500}) {
            ColdSource source = new ColdSource(items, out -> {
                throw new IllegalStateException(SECRET);
            });
            stage.source("export-" + items, source);
            Reception client = stage.connect("export-" + items);
            assertThat(Stage.numbers(client.events(items))).startsWith(0).endsWith(items - 1);
            requireStopped(client, items - 1);
            assertThat(source.cleaned).hasValue(1);
            assertThat(source.interrupted).hasValue(0);
        }
    }

    @Test
    default void e3_aCleanUpThatThrowsAfterTheLastItemIsNoEnd(Stage stage) {
        stage.source("export", new ColdSource(3, out -> {
            try (AutoCloseable table = ColdContract::cannotClose) {
                out.emit(Event.of("number", "3").withId(ColdSource.id(3)));
            }
        }));
        Reception client = stage.connect("export");
        assertThat(Stage.numbers(client.events(4))).containsExactly(0, 1, 2, 3);
        requireStopped(client, 3);
    }

    private static void cannotClose() {
        throw new IllegalStateException(SECRET);
    }

    private static void requireStopped(Reception client, int lastItem) {
        Signal.Stop stop = client.next(Signal.Stop.class);
        assertThat(stop.code()).isEqualTo(Code.INTERNAL);
        assertThat(stop.id()).as("position of the stop").isEqualTo(ColdSource.id(lastItem));
        requireNothingInside(stop.message());
        client.complete();
    }

    @Test
    default void h2_aSourceThatHangsHasHeartbeats(Stage stage) {
        for (int items : new int[] {0, 3}) {
            stage.source("hanging-" + items, new ColdSource(items, ColdSource::hang));
            Reception client = stage.connect("hanging-" + items + "?heartbeat=1");
            client.events(items);
            assertThat(client.next(Signal.Heartbeat.class).id()).isEqualTo(items == 0 ? "" : ColdSource.id(items - 1));
            client.next(Signal.Heartbeat.class);
        }
    }

    @Test
    default void c1_aClientThatLeavesCancelsItsSourceOnceWhereverItIs(Stage stage) {
        ColdSource first = new ColdSource(0, ColdSource::hang);
        ColdSource later = new ColdSource(3, ColdSource::hang);
        ColdSource cleaningUp = new ColdSource(3, out -> {
            try (AutoCloseable table = () -> ColdSource.hang(out)) {
                out.emit(Event.of("number", "3"));
            }
        });
        ColdSource emitting = new ColdSource(1, out -> {
            while (true) {
                out.emit(Event.of("number", "1" + SlowContract.PADDING));
            }
        });
        List<ColdSource> sources = List.of(first, later, cleaningUp, emitting);
        for (int n = 0; n < sources.size(); n++) {
            stage.source("source-" + n, sources.get(n));
        }
        Reception beforeTheFirst = stage.connect("source-0?heartbeat=1");
        Reception afterThree = stage.connect("source-1?heartbeat=1");
        Reception duringCleanUp = stage.connect("source-2?heartbeat=1");
        Reception standingStill = stage.connect("source-3?heartbeat=1");
        beforeTheFirst.next(Signal.Open.class);
        afterThree.events(3);
        duringCleanUp.events(4);
        standingStill.events(1);
        standingStill.pause();
        for (Reception client : List.of(beforeTheFirst, afterThree, duringCleanUp, standingStill)) {
            client.close();
        }
        Stage.await(
                "every source is cancelled",
                CancellationContract.NOTICED,
                () -> stage.closed() == 4
                        && stage.sources().open() == 0
                        && sources.stream().allMatch(ColdSource::cancelled));
    }

    @Test
    default void c1_aClientThatLeavesBeforeItsAnswerCancelsItsSource(Stage stage) {
        ColdSource source = new ColdSource(0, ColdSource::hang);
        stage.source("slow", source);
        stage.leave("slow?heartbeat=1", source.asked);
        Stage.await("the source is cancelled", CancellationContract.NOTICED, source::cancelled);
        Stage.await(
                "the stream is over",
                CancellationContract.NOTICED,
                () -> stage.closed() == stage.opened() && stage.sources().open() == 0);
    }

    @Test
    default void c1_aCleanUpThatThrowsHindersNobody(Stage stage) {
        stage.source("brittle", asked -> Cold.from(subscriber -> subscriber.onSubscribe(cannotCancel(false))));
        stage.source("broken", asked -> Cold.from(subscriber -> subscriber.onSubscribe(cannotCancel(true))));
        ColdSource untidy = new ColdSource(1, out -> {
            try (AutoCloseable table = ColdContract::cannotClose) {
                ColdSource.hang(out);
            }
        });
        stage.source("untidy", untidy);
        CountDownLatch left = new CountDownLatch(1);
        stage.source("whole", new ColdSource(1, out -> {
            left.await();
            out.emit(Event.of("number", "1"));
        }));
        Reception staying = stage.connect("whole");
        for (String name : List.of("brittle", "broken", "untidy")) {
            Reception leaving = stage.connect(name + "?heartbeat=1");
            leaving.next(Signal.Open.class);
            leaving.close();
        }
        Stage.await(
                "those who left are closed",
                CancellationContract.NOTICED,
                () -> stage.closed() == 3 && stage.sources().open() == 1 && untidy.cleaned.get() == 1);
        left.countDown();
        assertThat(Stage.numbers(staying.events(2))).containsExactly(0, 1);
        assertThat(staying.next(Signal.End.class).events()).isEqualTo(2);
    }

    private static Flow.Subscription cannotCancel(boolean error) {
        return new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                if (error) {
                    throw new NoClassDefFoundError(SECRET);
                }
                throw new IllegalStateException(SECRET);
            }
        };
    }

    @Test
    default void c1_aSourceThatIgnoresInterruptsHoldsNobodyUp(Stage stage) {
        CountDownLatch over = new CountDownLatch(1);
        ColdSource deaf = new ColdSource(1, ColdSource.deafUntil(over));
        stage.source("deaf", deaf);
        stage.source("hearing", new ColdSource(1, ColdSource::hang));
        try {
            Reception staying = stage.connect("hearing?heartbeat=1");
            Reception leaving = stage.connect("deaf?heartbeat=1");
            leaving.events(1);
            leaving.close();
            Stage.await(
                    "the cursor is closed",
                    CancellationContract.NOTICED,
                    () -> stage.closed() == 1 && stage.sources().open() == 1);
            assertThat(deaf.cleaned).as("it goes on").hasValue(0);
            staying.next(Signal.Heartbeat.class);
        } finally {
            over.countDown();
        }
    }

    @Test
    default void l1_drainingStopsASourceThatIgnoresInterrupts(Stage stage) {
        CountDownLatch over = new CountDownLatch(1);
        stage.source("deaf", new ColdSource(1, ColdSource.deafUntil(over)));
        try {
            Reception client = stage.connect("deaf");
            client.events(1);
            stage.sources().stop(Code.SHUTDOWN, "draining", Duration.ofSeconds(1), Duration.ofSeconds(1));
            assertThat(client.next(Signal.Stop.class).code()).isEqualTo(Code.SHUTDOWN);
            Stage.await("the cursor is closed", Reception.DEADLINE, () -> stage.closed() == 1);
        } finally {
            over.countDown();
        }
    }

    @Test
    default void l1_closingWaitsForNoSourceThatIgnoresInterrupts(Stage stage) {
        CountDownLatch over = new CountDownLatch(1);
        stage.source("deaf", new ColdSource(1, ColdSource.deafUntil(over)));
        try {
            for (int n = 0; n < 3; n++) {
                stage.connect("deaf").events(1);
            }
            assertThat(stage.shut()).as("closing took").isLessThan(Duration.ofSeconds(5));
            assertThat(stage.closed()).isEqualTo(3);
        } finally {
            over.countDown();
        }
    }
}
