package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.tck.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Whether the server's figures are true. */
@Tag("faults")
@Timeout(120)
class TruthTest {

    @Experiment(
            id = "E-64",
            fault = "figures that lie",
            done = "30 subscribers come and leave, and one is refused; the access log is compared with the metrics")
    void whatWasOpenedIsOpenOrClosed(Rig rig, Seen seen) {
        rig.topic("e64", 1, Map.of());
        Server server = rig.server();
        Stage.await("the others have left", Crowd.PATIENCE, () -> server.streams() == 0);
        Stage.await("their entries are there", Crowd.PATIENCE, new After(Duration.ofSeconds(1))::over);
        AccessLog before = AccessLog.of(server);
        // While the broker was away entries were dropped; that is told, entry by entry, here and by the other servers.
        assertThat(before.dropped).isGreaterThanOrEqualTo((long) server.metric("weir_access_log_dropped_total"));
        try (Crowd crowd = new Crowd(server.subscribers(30, Wish.of("e64"))).awaitOpen()) {
            assertThat(server.streams()).isEqualTo(30);
            awaitOpen(server, before, 30);
            crowd.all().subList(0, 12).forEach(Subscriber::close);
            awaitOpen(server, before, 18);
            assertThat(server.streams()).isEqualTo(18);
            assertThat(openedAndNotEnded(server)).isEqualTo(18);
            assertThat(server.get(server.http + "/events/e63").statusCode()).isEqualTo(404);
        }
        Stage.await("these have left too", Crowd.PATIENCE, () -> server.streams() == 0);
        awaitOpen(server, before, 0);
        assertThat(openedAndNotEnded(server)).isZero();
        seen.note(
                "opened by its metrics: %.0f, ended: %.0f",
                server.metric("weir_streams_opened_total"), server.metric("weir_streams_ended_total"));
        AccessLog after = AccessLog.of(server);
        seen.note("before: %s; after: %s", before, after);
        assertThat(after.dropped).isEqualTo(before.dropped);
    }

    private static double openedAndNotEnded(Server server) {
        return server.metric("weir_streams_opened_total") - server.metric("weir_streams_ended_total");
    }

    private static void awaitOpen(Server server, AccessLog before, long more) {
        Stage.await("by its access log " + more + " more are open", Crowd.PATIENCE, () -> {
            AccessLog now = AccessLog.of(server);
            return now.opened - now.closed == before.opened - before.closed + more;
        });
    }

    private record AccessLog(long opened, long closed, long dropped) {

        static AccessLog of(Server server) {
            List<JsonNode> entries = server.get(server.http + "/streams/access?from=earliest&until=latest")
                    .body()
                    .lines()
                    .map(TruthTest::json)
                    .toList();
            return new AccessLog(
                    count(entries, "opened"),
                    count(entries, "closed"),
                    entries.stream()
                            .filter(entry -> entry.path("type").asText().equals("dropped"))
                            .mapToLong(
                                    entry -> entry.path("data").path("dropped").asLong())
                            .sum());
        }

        private static long count(List<JsonNode> entries, String type) {
            return entries.stream()
                    .filter(entry -> entry.path("type").asText().equals(type))
                    .count();
        }
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException torn) {
            throw new AssertionError(line, torn);
        }
    }
}
