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

/** Servers that end, asked or not, and are there again. */
@Timeout(240)
class ShutdownFaultsTest {

    /** As {@link Server} configures it. */
    private static final Duration DRAIN = Duration.ofSeconds(3);

    @Experiment(
            id = "E-34",
            fault = "SIGTERM while streams are open",
            done =
                    "30 subscribers that come back, 300 events/s, one more that does not read; another server in the same place")
    void clientsAreToldAndLoseNothing(Rig rig, Seen seen) throws Exception {
        rig.topic("e34", 3, Map.of());
        Server.Ports ports = Server.Ports.found();
        try (Server first = rig.start(ports);
                VerifiableProducer producer = rig.producer("e34", 3, 1024);
                Crowd crowd = new Crowd(first.subscribers(30, Wish.of("e34").thatComesBack())).awaitOpen();
                Socket stalled = stalled(first, "e34")) {
            producer.run(300);
            crowd.awaitEvents(900);
            long asked = System.nanoTime();
            first.child.signal("TERM");
            Stage.await("the first stop has come", Crowd.PATIENCE, () -> stops(crowd) > 0);
            List<Integer> statuses = statusesUntilItIsGone(first, "e34");
            int exit = first.child.exit();
            Duration took = Duration.ofNanos(System.nanoTime() - asked);
            seen.note("status %d after %d ms", exit, took.toMillis());
            assertThat(exit).isZero();
            assertThat(took).isLessThan(DRAIN.plusSeconds(5));
            seen.note("new streams meanwhile: %s", statuses);
            assertThat(statuses).containsOnly(503);
            // The first of each: a client that is back before the server has gone is told again.
            List<Entry.Stop> stops = crowd.diaries().stream()
                    .map(diary -> diary.all(Entry.Stop.class).getFirst())
                    .toList();
            assertThat(stops)
                    .hasSize(30)
                    .allMatch(
                            stop -> stop.code().equals("shutdown") && !stop.id().isEmpty() && stop.retryable());
            assertThat(stops).allMatch(stop -> stop.retryAfterMillis() >= 1_000);
            long waits =
                    stops.stream().map(Entry.Stop::retryAfterMillis).distinct().count();
            seen.note(
                    "30 stops with %d different times to come back, %d to %d ms",
                    waits,
                    stops.stream().mapToLong(Entry.Stop::retryAfterMillis).min().orElse(0),
                    stops.stream().mapToLong(Entry.Stop::retryAfterMillis).max().orElse(0));
            assertThat(waits).isGreaterThan(10);
            try (Server second = rig.start(ports)) {
                long back = System.nanoTime();
                Stage.await("everybody is back", Crowd.PATIENCE, () -> second.streams() == 30);
                seen.note("all back after %d ms", (System.nanoTime() - back) / 1_000_000);
                producer.rest();
                crowd.awaitEnd(producer.ledger);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
                assertThat(second.streams()).isEqualTo(30);
            }
        }
    }

    private static long stops(Crowd crowd) {
        return crowd.diaries().stream()
                .filter(diary -> !diary.all(Entry.Stop.class).isEmpty())
                .count();
    }

    /** Asks for new streams until nobody answers any more. */
    private static List<Integer> statusesUntilItIsGone(Server server, String topic) {
        List<Integer> statuses = new ArrayList<>();
        while (true) {
            try {
                HttpAnswer answer = HttpAnswer.get(server.http, "/streams/" + topic, "*/*");
                statuses.add(answer.status);
                assertThat(answer.headers).containsKey("retry-after");
            } catch (IOException gone) {
                return statuses.stream().distinct().toList();
            }
        }
    }

    /** A client that has asked for a stream and never reads. */
    private static Socket stalled(Server server, String topic) throws IOException {
        Socket socket = HttpAnswer.connect(server.http, 2048);
        HttpAnswer.ask(socket, "/streams/" + topic + "?from=earliest", "*/*", null);
        return socket;
    }

    @Tag("faults")
    @Experiment(
            id = "E-35",
            fault = "SIGTERM during a bounded export",
            done = "6 exports of 10,000 events of 1 KB at 1 MB/s, stopped in the middle; they go on at another server")
    void anExportThatIsCutDoesNotLookComplete(Rig rig, Seen seen) {
        rig.topic("e35", 1, Map.of());
        Server.Ports ports = Server.Ports.found();
        try (VerifiableProducer producer = rig.producer("e35", 1, 1024);
                Server first = rig.start(ports);
                FaultyProxy http = FaultyProxy.to(first.http.substring("http://".length()));
                FaultyProxy grpc = FaultyProxy.to(first.grpc)) {
            producer.send(10_000);
            producer.rest();
            http.rate(1_000_000);
            grpc.rate(1_000_000);
            Wish export = Wish.of("e35").with("from=earliest&until=latest").thatComesBack();
            try (Crowd crowd = new Crowd(Subscriber.start(6, "http://" + http.address(), grpc.address(), export))) {
                crowd.awaitEvents(500);
                first.child.signal("TERM");
                assertThat(first.child.exit()).isZero();
                crowd.awaitDisconnected();
                long ends = crowd.diaries().stream()
                        .filter(diary -> !diary.all(Entry.End.class).isEmpty())
                        .count();
                seen.note("%d of 6 came to their end before, with %d events in all", ends, crowd.events());
                http.rate(Long.MAX_VALUE);
                grpc.rate(Long.MAX_VALUE);
                try (Server second = rig.start(ports)) {
                    crowd.awaitOver();
                    seen.note("complete after %d reconnections", crowd.connections() - 6);
                    seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.ALL));
                    assertThat(second.child.process.isAlive()).isTrue();
                }
            }
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-36",
            fault = "SIGTERM twice",
            done = "9 subscribers and one that does not read, so that the end takes a while; a second SIGTERM")
    void theSecondSignalEndsAtOnce(Rig rig, Seen seen) throws Exception {
        rig.topic("e36", 1, Map.of());
        try (Server server = rig.start(Server.Ports.FREE);
                VerifiableProducer producer = rig.producer("e36", 1, 1024);
                Crowd crowd = new Crowd(server.subscribers(9, Wish.of("e36"))).awaitOpen();
                Socket stalled = stalled(server, "e36")) {
            producer.send(3_000);
            crowd.awaitEvents(3_000);
            server.child.signal("TERM");
            Stage.await(
                    "it says how to hurry",
                    Crowd.PATIENCE,
                    () -> server.child.err().contains("once more ends at once"));
            assertThat(server.child.process.isAlive()).isTrue();
            long again = System.nanoTime();
            server.child.signal("TERM");
            int exit = server.child.exit();
            Duration took = Duration.ofNanos(System.nanoTime() - again);
            seen.note("status %d, %d ms after the second", exit, took.toMillis());
            assertThat(exit).isEqualTo(143);
            assertThat(took).as("at once, with room for a busy machine").isLessThan(Duration.ofSeconds(3));
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-37",
            fault = "the server is killed and started again",
            done = "SIGKILL with 20 subscribers that come back, 300 events/s; another server in the same place")
    void clientsOfADeadServerGoOnWhereTheyWere(Rig rig, Seen seen) {
        rig.topic("e37", 3, Map.of());
        Server.Ports ports = Server.Ports.found();
        try (VerifiableProducer producer = rig.producer("e37", 3, 300);
                Server first = rig.start(ports);
                Crowd crowd = new Crowd(first.subscribers(20, Wish.of("e37").thatComesBack())).awaitOpen()) {
            producer.run(300);
            crowd.awaitEvents(600);
            first.child.signal("KILL");
            first.child.exit();
            crowd.awaitDisconnected();
            long before = crowd.events();
            try (Server second = rig.start(ports)) {
                long started = System.nanoTime();
                Stage.await("everybody is back", Crowd.PATIENCE, () -> second.streams() == 20);
                Duration took = Duration.ofNanos(System.nanoTime() - started);
                seen.note("all back %d ms after the start", took.toMillis());
                assertThat(took).isLessThan(Duration.ofSeconds(10));
                producer.rest();
                crowd.awaitEnd(producer.ledger);
                seen.note("%d events before, %d after", before, crowd.events() - before);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            }
        }
    }
}
