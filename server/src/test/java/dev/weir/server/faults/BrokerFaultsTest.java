package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.cli.Child;
import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    /** Streams stay open with heartbeats, the server says that it is not ready, new streams are refused, and all goes on afterwards. */
    static void outage(Rig rig, Seen seen, String topic, Runnable begin, Runnable end, Duration length) {
        rig.topic(topic, 3, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer(topic, 3, 300);
                Crowd crowd = new Crowd(server.subscribers(20, Wish.of(topic).thatComesBack())).awaitOpen()) {
            producer.run(200);
            crowd.awaitEvents(400);
            After outage = new After(length);
            begin.run();
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
            end.run();
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
            seen.note(
                    "%s; longest silence %d ms",
                    producer.ledger, crowd.longestSilence().toMillis());
            seen.note("%d reconnections", crowd.connections() - 20);
            seen.none(new Checker(producer.ledger)
                    .check(crowd.diaries(), Range.SINCE_OPEN)
                    .progress(crowd.diaries(), healed, RECOVERY));
            assertThat(crowd.connections()).as("connections").isEqualTo(20);
            assertThat(crowd.longestSilence()).as("heartbeats of 1 s go on").isLessThan(Duration.ofSeconds(3));
        }
    }

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
