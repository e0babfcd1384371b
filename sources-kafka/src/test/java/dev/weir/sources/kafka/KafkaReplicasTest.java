package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.embedded.kafka.ChildCluster;
import dev.weir.tck.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers of which one is lost. */
@Tag("faults")
@Timeout(180)
class KafkaReplicasTest {

    private static final String TOPIC = "numbers";
    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    static Path data;

    /** What the broker has acknowledged, and where. */
    private final Map<Publisher.Published, String> acknowledged = new ConcurrentHashMap<>();

    private final AtomicBoolean enough = new AtomicBoolean();

    private void publish(KafkaCluster node) {
        for (int n = 0; !enough.get(); n++) {
            try {
                Event event = Event.of("number", "" + n).withKey(Bytes.utf8("k" + n % 7));
                acknowledged.put(node.publish(TOPIC, List.of(event)).getFirst(), "" + n);
            } catch (Refusal unknown) {
                // not acknowledged, so nothing was promised
            }
        }
    }

    private void awaitAcknowledged(int more) {
        int target = acknowledged.size() + more;
        Stage.await("more is acknowledged", SOON, () -> acknowledged.size() >= target);
    }

    private static int leader(ChildCluster kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            TopicDescription topic = admin.describeTopics(List.of(TOPIC))
                    .allTopicNames()
                    .get(10, TimeUnit.SECONDS)
                    .get(TOPIC);
            return topic.partitions().getFirst().leader().id();
        }
    }

    @Test
    void d2_theLossOfALeaderLosesAndDoublesNothingThatWasAcknowledged() throws Exception {
        try (ChildCluster kafka = ChildCluster.launch(data, 3);
                KafkaCluster node = new KafkaCluster(KafkaSettings.of(kafka.bootstrap()));
                KafkaCluster other = new KafkaCluster(KafkaSettings.of(kafka.bootstrap()))) {
            kafka.createTopic(TOPIC, 3, Map.of());
            Reading live = Reading.open(node, TOPIC, "from=latest");
            CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> publish(other));
            awaitAcknowledged(50);
            int lost = leader(kafka);
            kafka.broker(lost).kill();
            awaitAcknowledged(100);
            kafka.broker(lost).start();
            awaitAcknowledged(100);
            enough.set(true);
            publishing.get(30, TimeUnit.SECONDS);

            Map<Publisher.Published, String> seen = new HashMap<>();
            Map<Integer, Long> last = new HashMap<>();
            String half = read(live, seen, last, acknowledged.size() / 2);
            read(live, seen, last, acknowledged.size());
            assertThat(seen).as("on the stream that stayed open").containsAllEntriesOf(acknowledged);

            Map<Publisher.Published, String> again = new HashMap<>();
            try (Reading resumed = Reading.open(other, TOPIC, "until=latest&after=" + half)) {
                for (Signal signal = resumed.next(); !signal.last(); signal = resumed.next()) {
                    assertThat(signal).isInstanceOf(Event.class);
                    Event event = (Event) signal;
                    String before =
                            again.put(new Publisher.Published(event.partition(), event.offset()), Stage.text(event));
                    assertThat(before).as("delivered twice").isNull();
                }
            }
            assertThat(seen).containsAllEntriesOf(again);
            assertThat(again).hasSizeGreaterThanOrEqualTo(acknowledged.size() / 2 - 1);
            live.close();
        }
    }

    /** Reads on until so many of what was acknowledged have come, in order and none twice. */
    private String read(Reading live, Map<Publisher.Published, String> seen, Map<Integer, Long> last, int count)
            throws InterruptedException {
        long known = seen.keySet().stream().filter(acknowledged::containsKey).count();
        while (known < count) {
            Signal signal = live.next();
            assertThat(signal).isInstanceOf(Event.class);
            Event event = (Event) signal;
            Long before = last.put(event.partition(), event.offset());
            assertThat(event.offset()).isGreaterThan(before == null ? -1 : before);
            Publisher.Published place = new Publisher.Published(event.partition(), event.offset());
            seen.put(place, Stage.text(event));
            known += acknowledged.containsKey(place) ? 1 : 0;
        }
        return live.cursor().position();
    }
}
