package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TaskTest {

    private static Cursor watch(Task task, String query) {
        return task.open(Subscription.parse("task" + query, Bytes.EMPTY, Caller.at(new InetSocketAddress(0))));
    }

    private static Signal next(Cursor cursor) {
        Signal signal = cursor.poll();
        while (signal == null) {
            Thread.onSpinWait();
            signal = cursor.poll();
        }
        return signal;
    }

    /** Data of all events, and what comes last. */
    private static List<String> all(Cursor cursor) {
        List<String> all = new ArrayList<>();
        try (cursor) {
            for (Signal signal = next(cursor); ; signal = next(cursor)) {
                if (signal instanceof Event event) {
                    assertThat(event.type()).isEqualTo("progress");
                    all.add(event.data().toText());
                } else {
                    all.add(signal instanceof Signal.Stop stop ? stop.code() + ": " + stop.message() : "end");
                    return all;
                }
            }
        }
    }

    @Test
    void aWatcherSeesHowFarItIsAndTheResult() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        try (Task task = Task.start("sum", progress -> {
                    progress.report(1, 3);
                    watched.await();
                    progress.report(3, 3);
                    return "{\"sum\":6}";
                });
                Cursor cursor = watch(task, "")) {
            String data = "";
            while (!data.equals("{\"done\":1,\"total\":3}")) {
                data = ((Event) next(cursor)).data().toText();
            }
            watched.countDown();
            assertThat(all(cursor)).endsWith("{\"done\":3,\"total\":3,\"result\":{\"sum\":6}}", "end");
            assertThat(task.over()).isTrue();
        }
    }

    @Test
    void severalWatchTheSameTaskAndOneThatComesLateSeesTheEnd() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        try (Task task = Task.start("sum", progress -> {
            watched.await();
            progress.report(2, 2);
            return "2";
        })) {
            Cursor one = watch(task, "");
            Cursor other = watch(task, "");
            watched.countDown();
            assertThat(all(one)).endsWith("{\"done\":2,\"total\":2,\"result\":2}", "end");
            assertThat(all(other)).endsWith("{\"done\":2,\"total\":2,\"result\":2}", "end");
            assertThat(all(watch(task, ""))).containsExactly("{\"done\":2,\"total\":2,\"result\":2}", "end");
        }
    }

    @Test
    void aSlowWatcherHoldsUpNobodyAndGetsTheNewest() {
        CountDownLatch told = new CountDownLatch(1);
        try (Task task = Task.start("count", progress -> {
                    for (int n = 0; n < 1_000_000; n++) {
                        progress.report(n, 1_000_000);
                    }
                    told.countDown();
                    return null;
                });
                Cursor slow = watch(task, "")) {
            told.await();
            assertThat(all(slow)).hasSizeLessThan(10_000).endsWith("{\"done\":999999,\"total\":1000000}", "end");
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void aTaskThatFailsIsAStop() throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        try (Task told = Task.start("told", progress -> {
                    watched.await();
                    throw new Refusal(Code.SOURCE_UNAVAILABLE, "the disk is gone");
                });
                Task untold = Task.start("untold", progress -> {
                    watched.await();
                    throw new IllegalStateException("secret");
                })) {
            Cursor one = watch(told, "");
            Cursor other = watch(untold, "");
            watched.countDown();
            assertThat(all(one)).endsWith("source-unavailable: the disk is gone");
            assertThat(all(other).toString())
                    .contains("internal: task untold has failed")
                    .doesNotContain("secret");
        }
    }

    @Test
    void aTaskThatIsClosedIsInterruptedAndItsWatchersAreTold() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Task task = Task.start("forever", progress -> {
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
            return null;
        });
        Cursor cursor = watch(task, "");
        task.close();
        interrupted.await();
        assertThat(all(cursor)).endsWith("shutdown: task forever was ended; start it again");
        assertThatExceptionOfType(Refusal.class).isThrownBy(() -> watch(task, ""));
    }

    @Test
    void aTaskThatIsClosedWhileItReadsAChannelWasEndedAndHasNotFailed() throws Exception {
        Pipe pipe = Pipe.open();
        CountDownLatch reading = new CountDownLatch(1);
        try (Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            Task task = Task.start("copy", progress -> {
                reading.countDown();
                source.read(ByteBuffer.allocate(1));
                return null;
            });
            Cursor cursor = watch(task, "");
            reading.await();
            task.close();
            assertThat(all(cursor)).endsWith("shutdown: task copy was ended; start it again");
        }
    }

    @Test
    void aTaskThatIsClosedIsOverForItsWatchersEvenIfItsWorkIsDeaf() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Task task = Task.start("deaf", progress -> {
            while (over.getCount() > 0) {
                Thread.interrupted();
                LockSupport.parkNanos(1_000_000);
            }
            ended.countDown();
            return "1";
        });
        try {
            Cursor cursor = watch(task, "");
            task.close();
            assertThat(task.over()).isTrue();
            assertThat(all(cursor)).endsWith("shutdown: task deaf was ended; start it again");
        } finally {
            over.countDown();
        }
        ended.await();
        assertThatExceptionOfType(Refusal.class).isThrownBy(() -> watch(task, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"?colour=red", "?after=1.a.b.c", "?from=last:3", "?until=latest"})
    void whatATaskDoesNotKnowIsRefused(String query) {
        try (Task task = Task.start("none", progress -> null)) {
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> watch(task, query))
                    .satisfies(no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST));
        }
    }
}
