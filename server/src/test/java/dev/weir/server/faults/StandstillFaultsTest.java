package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Clients that stand still, in one way or another, and quiet topics. */
@Tag("faults")
@Timeout(300)
class StandstillFaultsTest {

    private static final Duration STALL = Duration.ofSeconds(30);
    private static final int FILLS_THE_LOG = 17_000;

    @Experiment(
            id = "E-04",
            fault = "clients shut down their sending side",
            done = "SHUT_WR after the request, SSE and NDJSON; then 300 events and 10 quiet seconds")
    void halfClosedClientsMayReadOn(Rig rig, Seen seen) {
        rig.topic("e04", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e04", 1, 200);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                Crowd crowd = new Crowd(List.of(
                                Subscriber.Protocol.SSE
                                        .subscriber("http://" + http.address(), "", Wish.of("e04"), 0)
                                        .start(),
                                Subscriber.Protocol.NDJSON
                                        .subscriber("http://" + http.address(), "", Wish.of("e04"), 1)
                                        .start()))
                        .awaitOpen()) {
            http.halfClose();
            Duration before = server.cpu();
            producer.send(300);
            producer.rest();
            Stage.await("ten quiet seconds", Crowd.PATIENCE, new After(Duration.ofSeconds(10))::over);
            Duration used = server.cpu().minus(before);
            long open = crowd.diaries().stream().filter(Diary::open).count();
            seen.note(
                    "%d of 2 streams go on, %d events; processor time in 10 s: %d ms",
                    open, crowd.events(), used.toMillis());
            assertThat(used).as("no busy loop").isLessThan(Duration.ofSeconds(3));
            if (open == 2) {
                crowd.awaitEnd(producer.ledger);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            } else {
                Stage.await("what has ended is freed", Crowd.PATIENCE, () -> server.streams() == 0);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.WHAT_IT_GOT));
            }
        }
    }

    @Experiment(
            id = "E-06",
            fault = "200 readers that stop reading",
            done =
                    "200 subscribers on 3 transports with receive buffers of 4 KiB read nothing more; 400 events/s of 1 KB")
    void manyWhoStopReadingHoldLittle(Rig rig, Seen seen) {
        rig.topic("e06", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e06", 1, 1024);
                Crowd reading = new Crowd(server.subscribers(3, Wish.of("e06"))).awaitOpen()) {
            producer.send(FILLS_THE_LOG);
            producer.rest();
            reading.awaitEvents(FILLS_THE_LOG);
            try (Crowd stopped =
                    new Crowd(server.subscribers(200, Wish.of("e06").withReceiveBuffer(4096))).awaitOpen()) {
                stopped.all().forEach(Subscriber::pause);
                long heap = server.liveHeap();
                long direct = server.directMemory();
                long rss = server.vitals().rss();
                long start = System.nanoTime();
                producer.run(400);
                reading.awaitEvents(FILLS_THE_LOG + 4_000);
                long heapGrown = server.liveHeap() - heap;
                long directGrown = server.directMemory() - direct;
                seen.note(
                        "after 10 s: live heap %+d KB, direct %+d KB, resident %+d KB",
                        heapGrown / 1024, directGrown / 1024, (server.vitals().rss() - rss) / 1024);
                Stage.await("all that do not read are cut", STALL.plusSeconds(30), () -> server.streams() == 3);
                seen.note("all cut after %.1f s", (System.nanoTime() - start) / 1e9);
                producer.rest();
                reading.awaitEnd(producer.ledger);
                seen.note(
                        "the three that read: p99 %d ms",
                        reading.delay(producer.ledger, start, 99).toMillis());
                seen.none(new Checker(producer.ledger)
                        .check(reading.diaries(), Range.SINCE_OPEN)
                        .memory("growth of live heap and direct memory", heapGrown + directGrown, 200 * (64 << 10)));
            }
        }
    }

    @Experiment(
            id = "E-65",
            fault = "100 of 1,000 readers stop reading",
            done =
                    "1,000 subscribers on 3 transports, 40 events/s of 1 KB; 10 s with all, 10 s with 100 of them paused")
    void aTenthThatStandsStillLeavesTheOthersTheirRate(Rig rig, Seen seen) {
        rig.topic("e65", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e65", 1, 1024);
                Crowd first = new Crowd(server.subscribers(3, Wish.of("e65"))).awaitOpen()) {
            producer.send(FILLS_THE_LOG);
            producer.rest();
            first.awaitEvents(FILLS_THE_LOG);
            try (Crowd reading = new Crowd(server.subscribers(900, Wish.of("e65"))).awaitOpen();
                    Crowd stopping =
                            new Crowd(server.subscribers(100, Wish.of("e65").withReceiveBuffer(4096))).awaitOpen()) {
                producer.run(40);
                compare(server, producer, reading, stopping, seen);
            }
        }
    }

    private static void compare(Server server, VerifiableProducer producer, Crowd reading, Crowd stopping, Seen seen) {
        double before = rate(reading, 400);
        stopping.all().forEach(Subscriber::pause);
        long held = server.liveHeap() + server.directMemory();
        double during = rate(reading, 400);
        long grown = server.liveHeap() + server.directMemory() - held;
        seen.note(
                "900 readers: %.0f events/s, then %.0f events/s (%+.1f %%)",
                before, during, 100 * (during / before - 1));
        seen.note("each that stopped holds %d KB", grown / 100 / 1024);
        producer.rest();
        reading.awaitEnd(producer.ledger);
        seen.none(new Checker(producer.ledger)
                .check(reading.diaries(), Range.SINCE_OPEN)
                .memory("growth of live heap and direct memory", grown, 100 * (64 << 10)));
        assertThat(during / before).as("rate of the others").isGreaterThan(0.95);
    }

    /** Events a second of all together, until each has got so many more. */
    private static double rate(Crowd crowd, int more) {
        long events = crowd.events();
        long least = crowd.diaries().stream().mapToLong(Diary::events).min().orElseThrow();
        long start = System.nanoTime();
        crowd.awaitEvents(least + more);
        return (crowd.events() - events) * 1e9 / (System.nanoTime() - start);
    }

    @Experiment(
            id = "E-07",
            fault = "readers stop for 60 s, and read on",
            done =
                    "6 live subscribers and 3 bounded streams of 20,000 events, which come back if they are cut; 200 events/s of 1 KB")
    void whoStopsForAMinuteGetsEverything(Rig rig, Seen seen) {
        rig.topic("e07", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer history = rig.producer("e07", 1, 1024)) {
            history.send(20_000);
            history.rest();
            try (Crowd bounded = new Crowd(server.subscribers(
                            3,
                            Wish.of("e07")
                                    .with("from=earliest&until=latest")
                                    .thatComesBack()
                                    .withReceiveBuffer(4096)));
                    FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                    FaultyProxy grpc = FaultyProxy.to(server.grpc);
                    Crowd crowd = new Crowd(Subscriber.start(
                                    6,
                                    "http://" + http.address(),
                                    grpc.address(),
                                    Wish.of("e07").thatComesBack()))
                            .awaitOpen()) {
                bounded.all().forEach(Subscriber::pause);
                After minute = new After(Duration.ofSeconds(60));
                crowd.all().forEach(Subscriber::pause);
                http.pause();
                grpc.pause();
                VerifiableProducer same = rig.producer(history, "e07", 1, 1024, Map.of());
                try (same) {
                    same.run(200);
                    Stage.await("a minute", Crowd.PATIENCE.plusSeconds(30), minute::over);
                    http.resume();
                    grpc.resume();
                    crowd.all().forEach(Subscriber::resume);
                    bounded.all().forEach(Subscriber::resume);
                    same.rest();
                }
                bounded.awaitOver();
                crowd.awaitEnd(history.ledger);
                seen.note(
                        "live: %d reconnections, stops %s",
                        crowd.connections() - 6,
                        crowd.diaries().stream()
                                .flatMap(diary -> diary.all(Entry.Stop.class).stream())
                                .map(Entry.Stop::code)
                                .distinct()
                                .toList());
                seen.note("bounded: %d reconnections", bounded.connections() - 3);
                seen.note(
                        "%s events",
                        bounded.diaries().stream().map(Diary::events).toList());
                seen.none(new Checker(history.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
                assertThat(bounded.diaries())
                        .allMatch(diary -> diary.all(Entry.End.class).size() == 1);
                assertThat(bounded.diaries()).allMatch(diary -> diary.events() >= 20_000);
                seen.none(new Checker(history.ledger).check(bounded.diaries(), Range.WHAT_IT_GOT));
            }
        }
    }

    @Experiment(
            id = "E-46",
            fault = "nothing happens",
            done = "9 subscribers of a topic without events, heartbeats of 1 s, 20 s")
    void aQuietStreamIsNeverSilent(Rig rig, Seen seen) {
        rig.topic("e46", 2, Map.of());
        Server server = rig.server();
        try (Crowd crowd = new Crowd(server.subscribers(9, Wish.of("e46"))).awaitOpen()) {
            Stage.await("20 s", Crowd.PATIENCE, new After(Duration.ofSeconds(20))::over);
            long heartbeats = crowd.diaries().stream()
                    .mapToLong(diary -> diary.all(Entry.Heartbeat.class).size())
                    .sum();
            seen.note(
                    "%d heartbeats; longest silence %d ms",
                    heartbeats, crowd.longestSilence().toMillis());
            assertThat(heartbeats).isBetween(9 * 13L, 9 * 25L);
            assertThat(crowd.longestSilence()).isLessThan(Duration.ofMillis(2_500));
            assertThat(crowd.events()).isZero();
            for (Diary diary : crowd.diaries()) {
                assertThat(diary.entries().stream()
                                .map(Entry::id)
                                .filter(Objects::nonNull)
                                .distinct())
                        .hasSize(1);
            }
        }
    }

    @Experiment(
            id = "E-61",
            fault = "a storm of clients that change their mind",
            done = "1,000 requests, each reset at a random moment within 50 ms; 6 others, 300 events/s")
    void aStormLeavesNothingBehind(Rig rig, Seen seen) throws Exception {
        rig.topic("e61", 2, Map.of());
        Server server = rig.server();
        Random random = new Random(61);
        try (VerifiableProducer producer = rig.producer("e61", 2, 200)) {
            try (Crowd warm = new Crowd(server.subscribers(6, Wish.of("e61"))).awaitOpen()) {
                producer.send(100);
                warm.awaitEvents(100);
            }
            storm(server, random, 50);
            Stage.await("the first have left", Crowd.PATIENCE, () -> server.streams() == 0);
            Vitals before = server.vitals();
            try (Crowd others = new Crowd(server.subscribers(6, Wish.of("e61"))).awaitOpen()) {
                producer.run(300);
                storm(server, random, 1_000);
                Stage.await("they are gone", Duration.ofSeconds(10), () -> server.streams() == 6);
                producer.rest();
                others.awaitEnd(producer.ledger);
                seen.note(
                        "the others: %d events, p99 %d ms",
                        others.events(), others.delay(producer.ledger, 0, 99).toMillis());
                seen.none(new Checker(producer.ledger).check(others.diaries(), Range.SINCE_OPEN));
            }
            Stage.await("all have left", Crowd.PATIENCE, () -> server.streams() == 0);
            Vitals after = server.vitalsAfter(before);
            seen.note(
                    "descriptors %d -> %d, threads %d -> %d",
                    before.descriptors(), after.descriptors(), before.threads(), after.threads());
            seen.none(new Checker(producer.ledger).leaks(before, after));
        }
    }

    private static void storm(Server server, Random random, int requests) throws IOException {
        for (int n = 0; n < requests; n++) {
            Socket socket = HttpAnswer.connect(server.http, 0);
            HttpAnswer.ask(socket, (n % 2 == 0 ? "/events/" : "/streams/") + "e61?from=last:50", "*/*", null);
            LockSupport.parkNanos(random.nextInt(50_000_000) / (n % 10 + 1));
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    @Experiment(
            id = "E-49",
            fault = "gRPC deadlines and cancellations",
            done =
                    "a deadline of 2 s; 1,000 calls cancelled, a third each before, at and after their first message, 50 on a connection")
    void whatIsCancelledIsFreed(Rig rig, Seen seen) {
        rig.topic("e49", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e49", 1, 200)) {
            producer.send(100);
            producer.rest();
            SubscribeRequest request = SubscribeRequest.newBuilder()
                    .addTopics("e49")
                    .setFrom("earliest")
                    .build();
            on(server, calls -> {
                Status.Code code = Status.Code.OK;
                try {
                    calls.withDeadlineAfter(2, TimeUnit.SECONDS)
                            .subscribe(request)
                            .forEachRemaining(any -> {});
                } catch (StatusRuntimeException over) {
                    code = over.getStatus().getCode();
                }
                seen.note("with a deadline: %s", code);
                assertThat(code).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                Stage.await("its source is cancelled", Duration.ofSeconds(5), () -> server.streams() == 0);
            });
            Vitals before = server.vitals();
            for (int channel = 0; channel < 20; channel++) {
                on(server, calls -> {
                    for (int n = 0; n < 50; n++) {
                        cancel(calls, request, n % 3);
                    }
                });
            }
            long cancelled = System.nanoTime();
            Stage.await("every source is cancelled", Duration.ofSeconds(10), () -> server.streams() == 0);
            seen.note("1,000 calls: none left after %d ms", (System.nanoTime() - cancelled) / 1_000_000);
            Vitals after = server.vitalsAfter(before);
            seen.note(
                    "descriptors %d -> %d, threads %d -> %d",
                    before.descriptors(), after.descriptors(), before.threads(), after.threads());
            seen.none(new Checker(producer.ledger).leaks(before, after));
        }
    }

    /** A connection takes a hundred resets in ten seconds: some calls on a channel of their own. */
    private static void on(Server server, Consumer<EventStreamsGrpc.EventStreamsBlockingStub> calls) {
        ManagedChannel channel = Grpc.newChannelBuilder(server.grpc, InsecureChannelCredentials.create())
                .build();
        try {
            calls.accept(EventStreamsGrpc.newBlockingStub(channel));
        } finally {
            channel.shutdownNow();
        }
    }

    /** Cancels a call after so many messages; after two it goes on for a moment. */
    private static void cancel(EventStreamsGrpc.EventStreamsBlockingStub stub, SubscribeRequest request, int messages) {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            Iterator<SubscribeResponse> answer = stub.subscribe(request);
            for (int n = 0; n < messages; n++) {
                answer.next();
            }
        });
        context.cancel(null);
    }
}
