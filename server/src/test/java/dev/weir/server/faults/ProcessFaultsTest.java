package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A server that is stopped, overrun, or short of what it needs. */
@Tag("faults")
@Timeout(300)
class ProcessFaultsTest {

    @Experiment(
            id = "E-38",
            fault = "the server stands still for 30 s",
            done = "SIGSTOP, 30 s, SIGCONT; 21 subscribers that come back, 200 events/s")
    void aServerThatStoodStillDropsNobody(Rig rig, Seen seen) {
        rig.topic("e38", 2, Map.of());
        try (Server server = rig.start(Server.Ports.FREE);
                VerifiableProducer producer = rig.producer("e38", 2, 300);
                Crowd crowd = new Crowd(server.subscribers(21, Wish.of("e38").thatComesBack())).awaitOpen()) {
            producer.run(200);
            crowd.awaitEvents(400);
            server.child.signal("STOP");
            Stage.await("30 s", Crowd.PATIENCE, new After(Duration.ofSeconds(30))::over);
            long healed = System.nanoTime();
            server.child.signal("CONT");
            crowd.awaitEvents(6_000);
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            seen.note(
                    "%d reconnections: %s",
                    crowd.connections() - 21,
                    crowd.diaries().stream()
                            .flatMap(diary -> diary.all(Entry.Disconnected.class).stream())
                            .map(Entry.Disconnected::reason)
                            .distinct()
                            .toList());
            seen.none(new Checker(producer.ledger)
                    .check(crowd.diaries(), Range.SINCE_OPEN)
                    .progress(crowd.diaries(), healed, Duration.ofSeconds(15)));
            assertThat(crowd.connections()).as("connections").isEqualTo(21);
        }
    }

    @Experiment(
            id = "E-40",
            fault = "2,000 clients are cut off and come back at once",
            done = "2,000 subscribers over a proxy that resets all connections, 20 events/s; -Xmx256m")
    void aHerdIsServed(Rig rig, Seen seen) {
        rig.topic("e40", 1, Map.of());
        try (Server server = rig.start(Server.Ports.FREE);
                VerifiableProducer producer = rig.producer("e40", 1, 150);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                Crowd crowd = new Crowd(herd("e40", 2_000, http)).awaitOpen()) {
            producer.run(20);
            crowd.awaitEvents(20);
            seen.note("resident with 2,000 streams: %d MB", server.vitals().rss() >> 20);
            long cut = System.nanoTime();
            http.reset();
            crowd.awaitDisconnected();
            Stage.await(
                    "everybody is back",
                    Crowd.PATIENCE,
                    () -> crowd.diaries().stream().allMatch(Diary::open) && server.streams() >= 2_000);
            Duration took = Duration.ofNanos(System.nanoTime() - cut);
            long answered = System.nanoTime();
            assertThat(server.get(server.http + "/topics").statusCode()).isEqualTo(200);
            answered = System.nanoTime() - answered;
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            seen.note("all back after %d ms; GET /topics then %d ms", took.toMillis(), answered / 1_000_000);
            long heap = server.liveHeap();
            seen.note("live heap %d MB", heap >> 20);
            Stage.await("the old ones are gone", Crowd.PATIENCE, () -> server.streams() == 2_000);
            seen.none(new Checker(producer.ledger)
                    .check(crowd.diaries(), Range.SINCE_OPEN)
                    .memory("live heap", heap, (64L << 20) + 2_000 * 50_000));
            assertThat(took).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Experiment(
            id = "E-66",
            fault = "5,000 clients are cut off and come back at once, with recent ids",
            done = "5,000 subscribers over a proxy that resets all connections, 5 events/s; -Xmx512m")
    void aHerdThatLacksLittleCostsNoReadingOfHistory(Rig rig, Seen seen) {
        rig.topic("e66", 1, Map.of());
        try (Server server = rig.start("512m");
                VerifiableProducer producer = rig.producer("e66", 1, 150);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                Crowd crowd = new Crowd(herd("e66", 5_000, http)).awaitOpen()) {
            producer.run(5);
            crowd.awaitEvents(5);
            double portions = server.metric("weir_kafka_history_portions_total");
            long cut = System.nanoTime();
            http.reset();
            Stage.await(
                    "everybody is back",
                    Crowd.PATIENCE,
                    () -> crowd.diaries().stream()
                            .allMatch(each ->
                                    each.open() && each.all(Entry.Opened.class).size() > 1));
            Duration took = Duration.ofNanos(System.nanoTime() - cut);
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            double read = server.metric("weir_kafka_history_portions_total") - portions;
            seen.note(
                    "all back after %d ms; portions of history read: %.0f; live heap %d MB",
                    took.toMillis(), read, server.liveHeap() >> 20);
            seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            assertThat(took).isLessThan(Duration.ofSeconds(30));
            assertThat(read).as("portions of history").isLessThan(50);
        }
    }

    private static List<Subscriber> herd(String topic, int count, FaultyProxy http) {
        List<Subscriber> herd = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            Subscriber.Protocol protocol = n % 2 == 0 ? Subscriber.Protocol.SSE : Subscriber.Protocol.NDJSON;
            herd.add(protocol.subscriber(
                            "http://" + http.address(), "", new Wish(topic, "heartbeat=15", true, null, 0), n)
                    .start());
        }
        return herd;
    }

    @Experiment(
            id = "E-42",
            fault = "no file descriptors are left",
            done =
                    "a server that may have 60 more; 12 subscribers; 300 more connects, and all of them closed 10 s later",
            open =
                    "the HTTP listener ends for good when it can't accept: Helidon takes any failure of accept for the end")
    void aServerWithoutDescriptorsGoesOn(Rig rig, Seen seen) throws Exception {
        rig.topic("e42", 1, Map.of());
        try (Server server = rig.start(Server.Ports.FREE);
                VerifiableProducer producer = rig.producer("e42", 1, 200);
                Crowd crowd = new Crowd(server.subscribers(12, Wish.of("e42"))).awaitOpen()) {
            producer.run(100);
            crowd.awaitEvents(100);
            long limit = server.vitals().descriptors() + 60;
            assertThat(new ProcessBuilder(
                                    "prlimit", "--pid", String.valueOf(server.child.process.pid()), "--nofile=" + limit)
                            .start()
                            .waitFor())
                    .isZero();
            long lines = server.child.err().lines().count();
            List<Socket> flood = new ArrayList<>();
            try {
                for (int n = 0; n < 300; n++) {
                    flood.add(HttpAnswer.connect(n % 2 == 0 ? server.http : "http://" + server.grpc, 0));
                }
            } catch (IOException full) {
                seen.note("after %d connects: %s", flood.size(), full.getMessage());
            }
            long events = crowd.events();
            Duration before = server.cpu();
            Stage.await("10 s", Crowd.PATIENCE, new After(Duration.ofSeconds(10))::over);
            Duration used = server.cpu().minus(before);
            long said = server.child.err().lines().count() - lines;
            seen.note(
                    "in 10 s without descriptors: %d events, processor time %d ms, %d lines in the log",
                    crowd.events() - events, used.toMillis(), said);
            for (Socket socket : flood) {
                socket.close();
            }
            long freed = System.nanoTime();
            try (Crowd late = new Crowd(List.of(Subscriber.Protocol.GRPC
                    .subscriber("", server.grpc, Wish.of("e42"), 99)
                    .start()))) {
                late.awaitOpen();
                seen.note("gRPC accepts again after %d ms", (System.nanoTime() - freed) / 1_000_000);
            }
            seen.note("readiness: %s", server.ready());
            Stage.await("HTTP accepts again", Duration.ofSeconds(15), () -> accepts(server));
            seen.note("HTTP accepts again after %d ms", (System.nanoTime() - freed) / 1_000_000);
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            assertThat(crowd.connections()).isEqualTo(12);
            assertThat(used).as("no busy loop").isLessThan(Duration.ofSeconds(4));
            assertThat(said).as("lines in the log").isLessThan(200);
        }
    }

    private static boolean accepts(Server server) {
        try {
            return HttpAnswer.get(server.http, "/topics", "*/*").status == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
