package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Peers that are suddenly not there any more, without a FIN or a reset. */
@Tag("faults")
@Timeout(400)
class VanishedFaultsTest {

    private static final Duration FOUND_WITHIN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Experiment(
            id = "E-03",
            fault = "clients vanish",
            done =
                    "two SSE clients in a network namespace, one of a topic with 10 events/s, one of a quiet one with heartbeats"
                            + " of 1 s; the link goes down",
            open =
                    "busy streams are cut after 30 s in which nothing could be written, once the buffers are full; a quiet one"
                            + " is left to the kernel, which takes a quarter of an hour")
    void vanishedClientsAreFound(Rig rig, Seen seen) {
        assumeTrue(Island.possible(), "needs root and network namespaces");
        rig.topic("e03", 1, Map.of());
        rig.topic("e04", 1, Map.of());
        try (Island island = Island.make();
                Server server = rig.start(new Server.Ports(Island.HERE, 0, 0));
                VerifiableProducer producer = rig.producer("e03", 1, 300)) {
            Process busy = island.start("curl", "-sN", server.http + "/events/e03?heartbeat=1");
            Process quiet = island.start("curl", "-sN", server.http + "/events/e04?heartbeat=1");
            try {
                Stage.await("both are there", Crowd.PATIENCE, () -> server.streams() == 2);
                producer.run(10);
                Stage.await("a second", Crowd.PATIENCE, new After(Duration.ofSeconds(1))::over);
                island.vanish();
                long vanished = System.nanoTime();
                After patience = new After(PATIENCE);
                Stage.await("one is found", PATIENCE.plusSeconds(5), () -> server.streams() < 2 || patience.over());
                Duration first = Duration.ofNanos(System.nanoTime() - vanished);
                Stage.await(
                        "the other is found", PATIENCE.plusSeconds(5), () -> server.streams() == 0 || patience.over());
                Duration second = Duration.ofNanos(System.nanoTime() - vanished);
                long left = server.streams();
                seen.note(
                        "one ended after %d s, the other after %d s; %d left",
                        first.toSeconds(), second.toSeconds(), left);
                producer.rest();
                assertThat(left).as("streams that are left").isZero();
                assertThat(first).isLessThan(FOUND_WITHIN.plusSeconds(5));
                assertThat(second).isLessThan(FOUND_WITHIN.plusSeconds(5));
            } finally {
                busy.destroyForcibly();
                quiet.destroyForcibly();
            }
        }
    }
}
