package dev.weir.embedded.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topic methods of a {@link Broker}: one admin client, one deadline for all that is asked of it. */
final class Topics implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_MS = 20;

    private final String bootstrap;
    private final Admin admin;
    private final long deadline = System.nanoTime() + PATIENCE.toNanos();

    Topics(String bootstrap) {
        this.bootstrap = bootstrap;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "weir-embedded-kafka",
                AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG,
                false,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis()));
    }

    boolean createIfMissing(String name, int partitions, Map<String, String> config) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config);
        String what = "create topic " + name;
        boolean created = !failedWith(
                TopicExistsException.class,
                what,
                admin.createTopics(List.of(topic)).all());
        while (!hasLeaders(name, what)) {
            pause(what);
        }
        awaitServed(name, what);
        return created;
    }

    boolean delete(String name) {
        String what = "delete topic " + name;
        boolean existed = !failedWith(
                UnknownTopicOrPartitionException.class,
                what,
                admin.deleteTopics(List.of(name)).all());
        while (existed && await(what, admin.listTopics().names()).contains(name)) {
            pause(what);
        }
        return existed;
    }

    private boolean hasLeaders(String name, String what) {
        var described = admin.describeTopics(List.of(name)).allTopicNames();
        if (failedWith(UnknownTopicOrPartitionException.class, what, described)) {
            return false;
        }
        return await(what, described).values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(TopicPartitionInfo::leader)
                .allMatch(leader -> leader != null && !leader.isEmpty());
    }

    /** A leader that is known may not serve yet; one that tells the end of its log does. */
    private void awaitServed(String name, String what) {
        Map<TopicPartition, OffsetSpec> ends =
                await(what, admin.describeTopics(List.of(name)).allTopicNames()).values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .collect(Collectors.toMap(
                                partition -> new TopicPartition(name, partition.partition()),
                                partition -> OffsetSpec.latest()));
        await(what, admin.listOffsets(ends).all());
    }

    private boolean failedWith(Class<? extends Exception> expected, String what, KafkaFuture<?> answer) {
        try {
            await(what, answer);
            return false;
        } catch (BrokerException failure) {
            if (expected.isInstance(failure.getCause())) {
                return true;
            }
            throw failure;
        }
    }

    private <T> T await(String what, KafkaFuture<T> answer) {
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw failure(what, String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw failure(what, "no answer within " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(what, "interrupted", e);
        }
    }

    private void pause(String what) {
        if (System.nanoTime() > deadline) {
            throw failure(what, "not done within " + PATIENCE.toSeconds() + " s", null);
        }
        try {
            Thread.sleep(LOOK_AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(what, "interrupted", e);
        }
    }

    private BrokerException failure(String what, String why, @Nullable Throwable cause) {
        return new BrokerException("cannot " + what + " on " + bootstrap + ": " + why, cause);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
