package dev.weir.embedded.kafka;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Kafka's configuration of a node: small, quick to start, closed to the outside. */
final class BrokerProperties {
    static final String BROKER = "BROKER";
    static final String CONTROLLER = "CONTROLLER";
    static final String LOOPBACK = "127.0.0.1";

    private static final String PROTOCOLS = "listener.security.protocol.map";

    private static final Set<String> OWNED = Set.of(
            "process.roles",
            "node.id",
            "broker.id",
            "controller.quorum.voters",
            "controller.quorum.bootstrap.servers",
            "controller.listener.names",
            "inter.broker.listener.name",
            "listeners",
            "log.dir",
            "log.dirs",
            "metadata.log.dir");

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry(PROTOCOLS, BROKER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT"),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("transaction.state.log.num.partitions", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            Map.entry("broker.heartbeat.interval.ms", "200"),
            Map.entry("broker.session.timeout.ms", "2000"),
            Map.entry("server.max.startup.time.ms", "60000"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "2"),
            Map.entry("num.recovery.threads.per.data.dir", "1"),
            Map.entry("background.threads", "2"),
            Map.entry("group.coordinator.threads", "1"),
            Map.entry("share.coordinator.threads", "1"),
            Map.entry("log.cleaner.threads", "1"),
            Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
            Map.entry("log.index.size.max.bytes", "1048576"));

    private BrokerProperties() {}

    static void requireNotOwned(Map<String, String> properties) {
        for (String key : properties.keySet()) {
            if (OWNED.contains(key)) {
                throw new IllegalArgumentException(
                        "the broker property " + key + " follows from the other settings and cannot be set");
            }
        }
    }

    static void requireSafe(EmbeddedKafka.Settings settings) {
        InetAddress address;
        try {
            address = InetAddress.getByName(settings.host());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host: " + settings.host() + " is not a known address", e);
        }
        if (!address.isLoopbackAddress() && plaintext(settings.properties())) {
            throw new IllegalArgumentException("host: " + settings.host()
                    + " is not a loopback address, and the broker has no security; use " + LOOPBACK
                    + ", or secure the listener " + BROKER + " in " + PROTOCOLS);
        }
    }

    static Properties of(EmbeddedKafka.Settings settings, Seat seat, Path log) {
        Properties all = new Properties();
        all.putAll(DEFAULTS);
        all.putAll(settings.properties());
        all.remove(Seat.KEY);
        all.put("process.roles", "broker,controller");
        all.put("node.id", String.valueOf(seat.node()));
        all.put("controller.quorum.voters", seat.voters());
        all.put("controller.listener.names", CONTROLLER);
        all.put("inter.broker.listener.name", BROKER);
        all.put("listeners", BROKER + "://" + settings.address() + "," + CONTROLLER + "://" + seat.controller());
        all.put("log.dirs", log.toString());
        return all;
    }

    private static boolean plaintext(Map<String, String> properties) {
        for (String entry : properties.getOrDefault(PROTOCOLS, "").split(",", -1)) {
            String[] pair = entry.trim().split(":", 2);
            if (pair.length == 2 && pair[0].equals(BROKER)) {
                return pair[1].equalsIgnoreCase("PLAINTEXT");
            }
        }
        return true;
    }
}
