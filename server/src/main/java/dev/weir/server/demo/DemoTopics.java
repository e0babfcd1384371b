package dev.weir.server.demo;

import dev.weir.server.config.Config;
import dev.weir.server.run.CannotStart;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** The demo's topics, and how they are made where they don't exist. */
final class DemoTopics {

    static final String SYSTEM = "system";
    static final String ACCESS = "access";
    static final String CLOCK = "clock";
    static final String PLAYGROUND = "playground";
    static final List<String> ALL = List.of(SYSTEM, ACCESS, CLOCK, PLAYGROUND);

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final long SMALL = 64 << 20;

    private DemoTopics() {}

    /** Makes the topics that are missing, and waits until all can be used. Blocks. */
    static void create(Config config) throws InterruptedException {
        Set<String> names = new TreeSet<>(config.topics());
        names.addAll(config.filled());
        Map<String, Object> properties = new HashMap<>(config.kafka());
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "weir-demo");
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
        try (Admin admin = Admin.create(properties)) {
            List<NewTopic> wanted = names.stream()
                    .map(name -> new NewTopic(name, name.equals(CLOCK) ? Clock.PARTITIONS : 1, (short) -1)
                            .configs(kept(config.generators().get(name))))
                    .toList();
            create(admin, names, wanted, System.nanoTime() + PATIENCE.toNanos());
        }
    }

    /** Little; but a topic that fills itself never loses its burst to what comes after. */
    private static Map<String, String> kept(Config.@Nullable Generated filled) {
        long bytes = filled == null ? SMALL : Math.max(SMALL, 2 * filled.bytes());
        return Map.of(
                "retention.ms", String.valueOf(Duration.ofDays(1).toMillis()),
                "retention.bytes", String.valueOf(bytes),
                "segment.bytes", String.valueOf(16 << 20));
    }

    private static void create(Admin admin, Set<String> names, List<NewTopic> wanted, long deadline)
            throws InterruptedException {
        for (KafkaFuture<Void> answer : admin.createTopics(wanted).values().values()) {
            try {
                answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof TopicExistsException)) {
                    throw failed(String.valueOf(failure.getCause()));
                }
            } catch (TimeoutException late) {
                throw failed("no answer");
            }
        }
        while (!usable(admin, names)) {
            if (System.nanoTime() > deadline) {
                throw failed("they have no leader after " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(20);
        }
    }

    private static boolean usable(Admin admin, Set<String> names) throws InterruptedException {
        try {
            return admin
                    .describeTopics(names)
                    .allTopicNames()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .map(TopicDescription::partitions)
                    .flatMap(List::stream)
                    .allMatch(partition ->
                            partition.leader() != null && !partition.leader().isEmpty());
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        }
    }

    private static CannotStart failed(String why) {
        return new CannotStart("cannot make the demo's topics: " + why + "; check --kafka");
    }
}
