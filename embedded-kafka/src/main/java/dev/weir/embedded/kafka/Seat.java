package dev.weir.embedded.kafka;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * The place of one broker in its cluster: alone, or one of several that are controllers of each other. It travels to a child process
 * among the properties of its settings.
 *
 * @param node 1 for the first
 * @param cluster the cluster's id, used where a data directory is formatted
 * @param ports the controllers' ports, in order of the nodes
 */
record Seat(int node, String cluster, List<Integer> ports) {

    /** No property of Kafka's. */
    static final String KEY = "weir.seat";

    static Seat of(Settings settings) {
        String text = settings.properties().get(KEY);
        if (text == null) {
            return new Seat(1, Uuid.randomUuid().toString(), List.of(Ports.free(BrokerProperties.LOOPBACK)));
        }
        String[] parts = text.split(",", -1);
        List<Integer> ports = new ArrayList<>();
        for (int part = 2; part < parts.length; part++) {
            ports.add(Integer.valueOf(parts[part]));
        }
        return new Seat(Integer.parseInt(parts[0]), parts[1], ports);
    }

    Settings in(Settings settings) {
        String all = ports.stream().map(String::valueOf).collect(Collectors.joining(","));
        return settings.with(KEY, node + "," + cluster + "," + all);
    }

    String controller() {
        return address(node);
    }

    String voters() {
        List<String> voters = new ArrayList<>();
        for (int each = 1; each <= ports.size(); each++) {
            voters.add(each + "@" + address(each));
        }
        return String.join(",", voters);
    }

    private String address(int of) {
        return BrokerProperties.LOOPBACK + ":" + ports.get(of - 1);
    }
}
