package dev.weir.embedded.kafka;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * Several brokers as child processes, for tests of what happens when a leader is lost. Topics have a replica on each of them, and a
 * record is acknowledged when all but one have it. Each broker is a controller too, so that all but a minority of them may be down.
 *
 * {@snippet :
 * try (ChildCluster kafka = ChildCluster.launch(directory, 3)) {
 *     kafka.createTopic("orders", 3, Map.of());
 *     kafka.broker(leaderOfPartition0).kill();
 * }
 * }
 */
public final class ChildCluster implements Broker {
    private static final int HEAP_MEGABYTES = 256;

    private final List<ChildKafka> brokers;

    private ChildCluster(List<ChildKafka> brokers) {
        this.brokers = brokers;
    }

    /**
     * Starts the brokers at the same time and blocks until clients can use all of them, typically some seconds longer than
     * one alone.
     *
     * @param data each broker gets a directory in it
     * @param count how many brokers; 3 or more to survive the loss of one
     * @throws BrokerException as {@link EmbeddedKafka#start} does; none is left running then
     */
    public static ChildCluster launch(Path data, int count) {
        String cluster = Uuid.randomUuid().toString();
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            int port = Ports.free(BrokerProperties.LOOPBACK);
            if (!ports.contains(port)) {
                ports.add(port);
            }
        }
        String all = String.valueOf(count);
        String most = String.valueOf(Math.max(1, count - 1));
        List<ChildKafka> brokers = new ArrayList<>();
        RuntimeException failure = null;
        try (ExecutorService starters = Executors.newCachedThreadPool()) {
            List<Future<ChildKafka>> starting = new ArrayList<>();
            for (int node = 1; node <= count; node++) {
                Settings settings = Settings.in(data.resolve("broker-" + node))
                        .with("default.replication.factor", all)
                        .with("min.insync.replicas", most)
                        .with("offsets.topic.replication.factor", all)
                        .with("transaction.state.log.replication.factor", all)
                        .with("transaction.state.log.min.isr", most);
                Settings seated = new Seat(node, cluster, ports).in(settings);
                starting.add(starters.submit(() -> ChildKafka.launch(seated, HEAP_MEGABYTES)));
            }
            for (Future<ChildKafka> each : starting) {
                try {
                    brokers.add(each.get());
                } catch (Exception e) {
                    failure = new BrokerException("a broker of the cluster did not start: " + e.getMessage(), e);
                }
            }
        }
        ChildCluster launched = new ChildCluster(brokers);
        if (failure != null) {
            launched.close();
            throw failure;
        }
        return launched;
    }

    /**
     * One broker, to be paused, killed and started again.
     *
     * @param node its node id, 1 for the first
     */
    public ChildKafka broker(int node) {
        return brokers.get(node - 1);
    }

    @Override
    public String bootstrap() {
        return brokers.stream().map(ChildKafka::bootstrap).collect(Collectors.joining(","));
    }

    /** Kills every broker: without the others the last ones could not stop cleanly. The data stay. */
    @Override
    public void close() {
        brokers.forEach(ChildKafka::kill);
        brokers.forEach(ChildKafka::close);
    }
}
