package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.hub.Retention;
import dev.weir.server.config.Config;
import dev.weir.server.faults.Checker.Range;
import dev.weir.server.run.Node;
import dev.weir.server.run.Ready;
import dev.weir.server.topics.KafkaTopics;
import dev.weir.sources.kafka.KafkaCluster;
import dev.weir.sources.kafka.KafkaSettings;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** From history to the head of the log. */
@Timeout(900)
class HandOverFaultsTest {

    private static final boolean LONG = Boolean.getBoolean("weir.faults");

    @Experiment(
            id = "E-58",
            fault = "history meets the head of the log under load",
            done =
                    "history is read at full speed while 500 events/s arrive; trials start at random places, 3 transports in turn")
    void historyMeetsTheHead(Rig rig, Seen seen) {
        int history = LONG ? 200_000 : 30_000;
        int trials = LONG ? 100 : 10;
        rig.topic("e58", 3, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e58", 3, 150)) {
            producer.send(history);
            producer.rest();
            producer.run(500);
            Random random = new Random(58);
            long events = 0;
            long longest = 0;
            for (int trial = 0; trial < trials; trial++) {
                String from = trial == 0 ? "from=earliest" : "from=last:" + (random.nextInt(history) + 1);
                Subscriber.Protocol protocol = Subscriber.Protocol.values()[trial % 3];
                try (Crowd one = new Crowd(List.of(protocol.subscriber(
                                server.http, server.grpc, Wish.of("e58").with(from), trial)
                        .start()))) {
                    one.awaitOpen();
                    long open = System.nanoTime();
                    // The first that was sent after the opening, and then some.
                    awaitLive(one, producer.ledger, open);
                    events += one.events();
                    longest = Math.max(longest, one.longestSilence().toMillis());
                    List<Finding> found = new Checker(producer.ledger)
                            .check(one.diaries(), trial == 0 ? Range.ALL : Range.WHAT_IT_GOT).found().stream()
                                    // What is on its way at this very moment is not lost.
                                    .filter(finding -> finding.anomaly() != Anomaly.LOST)
                                    .toList();
                    assertThat(found.stream().limit(10).toList())
                            .as("trial %d, %s, %s", trial, protocol, from)
                            .isEmpty();
                }
            }
            seen.note("%d trials, %d events, longest pause %d ms; anomalies: 0", trials, events, longest);
        }
    }

    private static void awaitLive(Crowd one, Ledger ledger, long open) {
        Stage.await(
                "it has come to the head",
                Duration.ofSeconds(120),
                () -> one.diaries().getFirst().latest().values().stream().anyMatch(stamp -> {
                    Ledger.Sent sent = ledger.find(stamp);
                    return sent != null && sent.at > open + 200_000_000;
                }));
    }

    @Tag("faults")
    @Experiment(
            id = "E-59",
            fault = "the shared log is overrun",
            done =
                    "a log of 64 events, 6 subscribers on 3 transports, 3 of which are paused and go on, bursts of 10,000")
    void anOverrunLogIsReadFromKafka(Rig rig, Seen seen) {
        rig.topic("e59", 2, Map.of());
        Config config = Config.DEFAULT
                .with(new Config.Listeners("127.0.0.1", 0, 0, "127.0.0.1", OptionalInt.of(0)))
                .withTopics(List.of("e59"));
        KafkaSettings settings =
                KafkaSettings.of(rig.bootstrap()).withRetention(new Retention(64, 1 << 20, Duration.ZERO));
        try (Node node = Node.listen(config, Map.of());
                KafkaCluster cluster = new KafkaCluster(settings);
                VerifiableProducer producer = rig.producer("e59", 2, 150)) {
            assertThat(cluster.awaitAvailable(Duration.ofSeconds(30))).isTrue();
            node.serve(new KafkaTopics(cluster));
            Ready ready = node.ready(rig.bootstrap());
            try (Crowd crowd = new Crowd(Subscriber.start(6, ready.http(), ready.grpc(), Wish.of("e59"))).awaitOpen()) {
                producer.send(10_000);
                crowd.awaitEvents(10_000);
                crowd.all().subList(0, 3).forEach(Subscriber::pause);
                producer.send(10_000);
                producer.rest();
                crowd.all().forEach(Subscriber::resume);
                producer.send(10_000);
                producer.rest();
                crowd.awaitEnd(producer.ledger);
                long gaps = crowd.diaries().stream()
                        .mapToLong(diary -> diary.all(Entry.Gap.class).size())
                        .sum();
                seen.note("%d events, %d gaps", crowd.events(), gaps);
                seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.ALL));
                assertThat(gaps).as("who lags reads Kafka, and misses nothing").isZero();
            }
        }
    }
}
