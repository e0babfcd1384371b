package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.cli.Child;
import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A broker that dies, stalls, or is not there. */
@Timeout(300)
class BrokerFaultsTest {

    private static final Duration RECOVERY = Duration.ofSeconds(15);

    @Experiment(
            id = "E-11",
            fault = "the broker is killed and comes back after 5 s",
            done = "SIGKILL, 5 s, start on the same data; 20 subscribers, 200 events/s with acks=all")
    void streamsSurviveADeadBroker(Rig rig, Seen seen) {
        outage(rig, seen, "e11", rig.kafka::kill, rig.kafka::start, Duration.ofSeconds(5));
    }

    @Tag("faults")
    @Experiment(
            id = "E-12",
            fault = "the broker stands still for 20 s",
            done = "SIGSTOP, 20 s, SIGCONT; 20 subscribers, 200 events/s with acks=all")
    void streamsSurviveABrokerThatStandsStill(Rig rig, Seen seen) {
        outage(rig, seen, "e12", rig.kafka::pause, rig.kafka::resume, Duration.ofSeconds(20));
    }

    @Tag("faults")
    @Experiment(
            id = "E-13",
            fault = "the broker stands still for 90 s",
            done = "SIGSTOP, 90 s, SIGCONT: longer than every timeout; 20 subscribers, 200 events/s with acks=all")
    void streamsSurviveABrokerThatStandsStillForLong(Rig rig, Seen seen) {
        outage(rig, seen, "e13", rig.kafka::pause, rig.kafka::resume, Duration.ofSeconds(90));
    }

    @Tag("faults")
    @Experiment(
            id = "E-15",
            fault = "the network to the broker passes nothing on for 30 s",
            done = "a proxy before the broker stops reading, both ways, without closing; 20 subscribers, 200 events/s")
    void streamsSurviveANetworkThatIsGone(Seen seen) {
        try (Rig rig = Rig.behindProxy()) {
            outage(rig, seen, "e15", rig.network()::pause, rig.network()::resume, Duration.ofSeconds(30));
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-16",
            fault = "a slow network to the broker",
            done = "half a second each way; 12 subscribers, 100 events/s for 30 s")
    void aSlowBrokerIsOnlySlow(Seen seen) {
        try (Rig rig = Rig.behindProxy()) {
            rig.topic("e16", 3, Map.of());
            Server server = rig.server();
            try (VerifiableProducer producer = rig.producer("e16", 3, 300);
                    Crowd crowd =
                            new Crowd(server.subscribers(12, Wish.of("e16").thatComesBack())).awaitOpen()) {
                producer.run(100);
                crowd.awaitEvents(200);
                rig.network().delay(Duration.ofMillis(500));
                long lines = server.child.err().lines().count();
                crowd.awaitEvents(3_200);
                long said = server.child.err().lines().count() - lines;
                rig.network().delay(Duration.ZERO);
                producer.rest();
                crowd.awaitEnd(producer.ledger);
                seen.note(
                        "median %d ms, p99 %d ms",
                        crowd.delay(producer.ledger, 0, 50).toMillis(),
                        crowd.delay(producer.ledger, 0, 99).toMillis());
                seen.note(
                        "longest silence %d ms; %d lines in the log",
                        crowd.longestSilence().toMillis(), said);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
                assertThat(crowd.connections()).as("connections").isEqualTo(12);
                assertThat(crowd.longestSilence())
                        .as("heartbeats of 1 s go on, with room for a busy machine")
                        .isLessThan(Duration.ofSeconds(5));
                assertThat(said).as("lines in the log").isLessThan(30);
            }
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-25",
            fault = "the broker stands still while something is published",
            done = "POST of single events without a pause; SIGSTOP for 20 s, SIGCONT; then the topic is read")
    void nothingIsPublishedThatTheBrokerDidNotAcknowledge(Rig rig, Seen seen) throws Exception {
        rig.topic("e25", 1, Map.of());
        Server server = rig.server();
        Map<Integer, Integer> statuses = new TreeMap<>();
        List<Integer> acknowledged = new ArrayList<>();
        String unknown = "";
        long longest = 0;
        After outage = null;
        boolean paused = false;
        After end = new After(Duration.ofSeconds(40));
        for (int n = 0; !end.over(); n++) {
            if (n == 50) {
                rig.kafka.pause();
                paused = true;
                outage = new After(Duration.ofSeconds(20));
            }
            if (paused && outage != null && outage.over()) {
                rig.kafka.resume();
                paused = false;
            }
            long start = System.nanoTime();
            HttpResponse<String> answer = server.post(server.http + "/topics/e25/events", "{\"n\":" + n + "}");
            longest = Math.max(longest, System.nanoTime() - start);
            statuses.merge(answer.statusCode(), 1, Integer::sum);
            if (answer.statusCode() == 201) {
                acknowledged.add(n);
            } else if (answer.body().contains("acknowledged")) {
                unknown = answer.body();
            }
            LockSupport.parkNanos(20_000_000);
        }
        List<Integer> stored = server.get(server.http + "/streams/e25?from=earliest&until=latest&envelope=none")
                .body()
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .toList();
        seen.note("answers by status: %s; the longest took %d ms", statuses, longest / 1_000_000);
        seen.note(
                "%d acknowledged, %d stored, %d of them twice",
                acknowledged.size(),
                stored.size(),
                stored.size() - Set.copyOf(stored).size());
        seen.note("of an unknown outcome: %s", unknown);
        assertThat(statuses.keySet()).containsOnly(201, 503);
        assertThat(stored)
                .as("every acknowledged event is stored")
                .containsAll(acknowledged)
                .doesNotHaveDuplicates();
        assertThat(longest).isLessThan(Duration.ofSeconds(15).toNanos());
        assertThat(unknown).contains("acknowledged");
    }

    /** Streams stay open with heartbeats, the server says that it is not ready, new streams are refused, and all goes on afterwards. */
    static void outage(Rig rig, Seen seen, String topic, Runnable begin, Runnable end, Duration length) {
        rig.topic(topic, 3, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer(topic, 3, 300);
                Crowd crowd = new Crowd(server.subscribers(20, Wish.of(topic).thatComesBack())).awaitOpen()) {
            producer.run(200);
            crowd.awaitEvents(400);
            After outage = new After(length);
            long began = System.nanoTime();
            begin.run();
            try {
                Stage.await("the server sees that the broker is away", RECOVERY, () -> !server.ready());
                long asked = System.nanoTime();
                var refused = server.get(server.http + "/events/" + topic);
                seen.note(
                        "a new stream: %d %s after %d ms",
                        refused.statusCode(),
                        refused.headers().firstValue("retry-after").isPresent() ? "with Retry-After" : "",
                        (System.nanoTime() - asked) / 1_000_000);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("retry-after")).isPresent();
                Stage.await("the outage lasts", length.plusSeconds(5), outage::over);
                assertThat(server.streams()).as("streams that are still open").isEqualTo(20);
            } finally {
                end.run();
            }
            long healed = System.nanoTime();
            Stage.await("the server sees that the broker is back", RECOVERY, server::ready);
            Stage.await(
                    "everybody gets events again",
                    RECOVERY,
                    () -> crowd.diaries().stream()
                            .allMatch(diary ->
                                    diary.all(Entry.Got.class).getLast().at() > healed));
            seen.note("events again after %d ms", (System.nanoTime() - healed) / 1_000_000);
            Stage.await("records are sent after the recovery", RECOVERY, new After(Duration.ofSeconds(3))::over);
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            seen.note("%s; %s", producer.ledger, crowd.silence(began));
            seen.note("%d reconnections", crowd.connections() - 20);
            seen.none(new Checker(producer.ledger)
                    .check(crowd.diaries(), Range.SINCE_OPEN)
                    .progress(crowd.diaries(), healed, RECOVERY));
            assertThat(crowd.connections()).as("connections").isEqualTo(20);
            assertThat(crowd.longestSilence())
                    .as("heartbeats of 1 s go on, with room for a busy machine")
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-14",
            fault = "no broker at the start",
            done = "`weir serve` with the address of a broker that is not there")
    void aServerWithoutABrokerSaysSoAndEnds(Rig rig, Seen seen) {
        long start = System.nanoTime();
        try (Child child = Server.launch(
                rig.directory(),
                "127.0.0.1:1",
                Server.Ports.FREE,
                List.of("e14"),
                rig.directory().resolve("never.json"))) {
            int status = child.exit();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            seen.note(
                    "status %d after %d ms: %s",
                    status, took.toMillis(), child.err().strip());
            assertThat(status).as("what the command line promises").isEqualTo(69);
            assertThat(took).isLessThan(Duration.ofSeconds(30));
            assertThat(child.err()).contains("127.0.0.1:1").doesNotContain("\tat ");
        }
    }
}
