package dev.weir.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.Event;
import dev.weir.server.access.AccessEntry.What;
import dev.weir.server.run.Running;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AccessTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void requestsAndStreamsAreEventsOfTheTopicAccess() throws Exception {
        try (Running server = Running.with("access", "a")) {
            server.get("/topics?token=secret");
            server.get("/events/a?until=latest");
            server.get("/events/b");

            String[] lines = server.get("/streams/access?from=earliest&limit=6&envelope=none")
                    .body()
                    .strip()
                    .split("\n");

            assertThat(lines).hasSize(6).noneMatch(line -> line.contains("secret"));
            JsonNode topics = JSON.readTree(lines[0]);
            assertThat(topics.path("event").asText()).isEqualTo("request");
            assertThat(topics.path("method").asText()).isEqualTo("GET");
            assertThat(topics.path("path").asText()).isEqualTo("/topics");
            assertThat(topics.path("status").asInt()).isEqualTo(200);
            assertThat(topics.path("peer").asText()).isEqualTo("127.0.0.1");
            assertThat(JSON.readTree(lines[1]).path("event").asText()).isEqualTo("opened");
            assertThat(JSON.readTree(lines[2]).path("event").asText()).isEqualTo("closed");
            assertThat(JSON.readTree(lines[4]).path("status").asInt()).isEqualTo(404);
            assertThat(JSON.readTree(lines[5]).path("path").asText()).isEqualTo("/streams/access");
        }
    }

    @Test
    void whatFindsNoRoomIsCountedAndTold() throws Exception {
        BlockingQueue<Event> written = new LinkedBlockingQueue<>();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        try (AccessLog log = new AccessLog()) {
            log.writeTo(batch -> {
                blocked.countDown();
                awaitQuietly(free);
                written.addAll(batch);
            });
            log.add(entry());
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 5000; i++) {
                log.add(entry());
            }
            assertThat(log.dropped()).isEqualTo(5000 - 4096);
            free.countDown();

            int told = 0;
            for (int i = 0; i < 4098; i++) {
                Event event = written.poll(10, TimeUnit.SECONDS);
                assertThat(event).isNotNull();
                if ("dropped".equals(event.type())) {
                    told++;
                    assertThat(event.data().toText()).isEqualTo("{\"dropped\":904}");
                }
            }
            assertThat(told).isEqualTo(1);
        }
    }

    @Test
    void hostileTextStaysOneLineOfJson() throws Exception {
        AccessEntry entry = new AccessEntry(
                What.REQUEST,
                "http",
                "GET",
                "/\r\n\u001b[31m\"" + "x".repeat(500),
                "peer",
                OptionalInt.of(404),
                Duration.ZERO,
                OptionalLong.empty());

        String text = entry.toEvent().data().toText();

        assertThat(text).doesNotContain("\n", "\r", "\u001b");
        assertThat(JSON.readTree(text).path("path").asText()).hasSize(256);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static AccessEntry entry() {
        return new AccessEntry(
                What.REQUEST, "http", "GET", "/", "peer", OptionalInt.of(200), Duration.ZERO, OptionalLong.empty());
    }
}
