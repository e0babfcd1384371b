package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Clients that leave, stall and dawdle, and a network that cuts everything into pieces. */
@Timeout(240)
class ClientFaultsTest {

    private static final Duration STALL = Duration.ofSeconds(30);

    /** More than a topic's shared log holds: from then on its size stays the same. */
    private static final int FILLS_THE_LOG = 17_000;

    @Experiment(
            id = "E-01",
            fault = "clients close their sockets",
            done = "21 subscribers on 3 transports, 300 events/s, all closed at once; then the same on a quiet topic")
    void whatClosedClientsHeldIsFreed(Rig rig, Seen seen) {
        leaving(rig, seen, "e01", FaultyProxy::fin);
    }

    @Tag("faults")
    @Experiment(
            id = "E-02",
            fault = "clients reset their connections",
            done = "21 subscribers on 3 transports, 300 events/s, all reset at once; then the same on a quiet topic")
    void whatResetClientsHeldIsFreed(Rig rig, Seen seen) {
        leaving(rig, seen, "e02", FaultyProxy::reset);
    }

    private static void leaving(Rig rig, Seen seen, String topic, Consumer<FaultyProxy> leave) {
        rig.topic(topic, 2, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer(topic, 2, 300);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                FaultyProxy grpc = FaultyProxy.to(server.grpc)) {
            try (Crowd warm = new Crowd(server.subscribers(6, Wish.of(topic))).awaitOpen()) {
                producer.send(10);
                producer.rest();
                warm.awaitEvents(10);
            }
            Stage.await("the first have left", Crowd.PATIENCE, () -> server.streams() == 0);
            Vitals before = server.vitals();
            int complaints = server.complaints().size();
            Checker checker = null;
            for (boolean busy : List.of(true, false)) {
                try (Crowd crowd = new Crowd(
                                Subscriber.start(21, "http://" + http.address(), grpc.address(), Wish.of(topic)))
                        .awaitOpen()) {
                    if (busy) {
                        producer.run(300);
                        crowd.awaitEvents(600);
                    }
                    assertThat(server.streams()).isEqualTo(21);
                    long left = System.nanoTime();
                    leave.accept(http);
                    leave.accept(grpc);
                    Stage.await("every source is cancelled", Crowd.PATIENCE, () -> server.streams() == 0);
                    Duration took = Duration.ofNanos(System.nanoTime() - left);
                    seen.note("%s: all cancelled after %d ms", busy ? "busy" : "quiet", took.toMillis());
                    assertThat(took)
                            .as("two heartbeats and a second, and room for a busy machine")
                            .isLessThan(Duration.ofSeconds(10));
                    crowd.awaitDisconnected();
                    if (busy) {
                        producer.rest();
                        seen.note("%d events", crowd.events());
                        checker = new Checker(producer.ledger).check(crowd.diaries(), Range.WHAT_IT_GOT);
                    }
                }
            }
            Vitals after = server.vitalsAfter(before);
            seen.note(
                    "descriptors %d -> %d, threads %d -> %d",
                    before.descriptors(), after.descriptors(), before.threads(), after.threads());
            seen.none(Objects.requireNonNull(checker).leaks(before, after));
            assertThat(server.complaints())
                    .as("errors and stack traces in the log")
                    .hasSize(complaints);
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-05",
            fault = "a reader that takes a byte a second",
            done = "SSE and NDJSON with a receive buffer of 2 KiB, 1 byte/s; 18 others; 400 events/s of 1 KB")
    void slowReadersAreCutAndHinderNobody(Rig rig, Seen seen) throws Exception {
        rig.topic("e05", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e05", 1, 1024);
                Crowd others = new Crowd(server.subscribers(18, Wish.of("e05"))).awaitOpen()) {
            producer.send(FILLS_THE_LOG);
            others.awaitEvents(FILLS_THE_LOG);
            long heap = server.liveHeap();
            try (Dribbler sse = new Dribbler(server.http, "/events/e05");
                    Dribbler ndjson = new Dribbler(server.http, "/streams/e05")) {
                Stage.await("both slow ones are there", Crowd.PATIENCE, () -> server.streams() == 20);
                long start = System.nanoTime();
                producer.run(400);
                Stage.await("both slow ones are cut", STALL.plusSeconds(15), () -> server.streams() == 18);
                seen.note(
                        "cut after %.1f s, %d and %d bytes taken",
                        (System.nanoTime() - start) / 1e9, sse.taken(), ndjson.taken());
                producer.rest();
                others.awaitEnd(producer.ledger);
                seen.note(
                        "the others: %d events, p99 %d ms",
                        others.events(),
                        others.delay(producer.ledger, start, 99).toMillis());
            }
            long grown = server.liveHeap() - heap;
            seen.note("live heap %+d KB", grown / 1024);
            seen.none(new Checker(producer.ledger)
                    .check(others.diaries(), Range.SINCE_OPEN)
                    .memory("growth of the live heap", grown, 4 << 20));
            assertThat(others.connections()).as("connections of the others").isEqualTo(18);
        }
    }

    /** Asks for a stream, and then takes one byte a second of the answer. */
    private static final class Dribbler implements AutoCloseable {

        private final Socket socket;
        private final Thread thread;
        private volatile long taken;

        Dribbler(String base, String path) throws IOException {
            socket = HttpAnswer.connect(base, 2048);
            HttpAnswer.ask(socket, path + "?heartbeat=1", "*/*", null);
            thread = Thread.ofVirtual().start(() -> {
                try {
                    while (socket.getInputStream().read() >= 0) {
                        taken++;
                        Thread.sleep(1_000);
                    }
                } catch (IOException | InterruptedException over) {
                    // cut, or leaving
                }
            });
        }

        long taken() {
            return taken;
        }

        @Override
        public void close() throws IOException {
            socket.close();
            thread.interrupt();
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-08",
            fault = "a slow reader on gRPC",
            done = "one call takes a message of 1 KB a second, by manual flow control; 9 others; 400 events/s for 20 s")
    void aSlowCallIsHeldBack(Rig rig, Seen seen) {
        rig.topic("e08", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e08", 1, 1024);
                Crowd others = new Crowd(server.subscribers(9, Wish.of("e08"))).awaitOpen();
                Subscriber slow = new GrpcSubscriber("slow", server.grpc, Wish.of("e08"))
                        .slowly(1_000)
                        .start()) {
            Stage.await(
                    "it is there", Crowd.PATIENCE, () -> !slow.diary.entries().isEmpty());
            producer.run(400);
            others.awaitEvents(800);
            long direct = server.directMemory();
            others.awaitEvents(8_000);
            long grown = server.directMemory() - direct;
            producer.rest();
            others.awaitEnd(producer.ledger);
            seen.note(
                    "the slow one took %d of %d events",
                    slow.diary.events(), producer.ledger.count(Ledger.Fate.ACKNOWLEDGED));
            seen.note(
                    "the others: p99 %d ms",
                    others.delay(producer.ledger, 0, 99).toMillis());
            seen.note("direct memory %+d KB", grown / 1024);
            assertThat(slow.diary.open()).as("it goes on").isTrue();
            assertThat(slow.diary.events()).isBetween(10L, 100L);
            seen.none(new Checker(producer.ledger)
                    .check(others.diaries(), Range.SINCE_OPEN)
                    .check(slow.diary, Range.WHAT_IT_GOT)
                    .memory("growth of direct memory", grown, 4 << 20));
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-10",
            fault = "a network that cuts everything into pieces",
            done = "what the server sends is passed on in pieces of 1, 3 and 7 bytes; 6 subscribers, 100 events/s")
    void piecesAreNoMatter(Rig rig, Seen seen) {
        rig.topic("e10", 2, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e10", 2, 200);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                FaultyProxy grpc = FaultyProxy.to(server.grpc)) {
            http.split(1);
            grpc.split(1);
            try (Crowd crowd = new Crowd(
                            Subscriber.start(6, "http://" + http.address(), grpc.address(), Wish.of("e10")))
                    .awaitOpen()) {
                producer.run(100);
                crowd.awaitEvents(100);
                http.split(3);
                grpc.split(3);
                crowd.awaitEvents(200);
                http.split(7);
                grpc.split(7);
                crowd.awaitEvents(300);
                producer.rest();
                crowd.awaitEnd(producer.ledger);
                seen.note("%d events in %d bytes", crowd.events(), http.passed() + grpc.passed());
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            }
        }
    }
}
