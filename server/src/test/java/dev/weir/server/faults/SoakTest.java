package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Minutes of everything at once. */
@Tag("faults")
@Timeout(600)
class SoakTest {

    private static final Duration LENGTH = Duration.ofMinutes(5);
    private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(20);

    @Experiment(
            id = "E-62",
            fault = "five minutes of everything",
            done =
                    "30 subscribers that come back, one more comes and leaves each second, 200 events/s; every 20 s all are"
                            + " closed, reset or held up, or the broker dies or stands still")
    void nothingIsLostAndNothingGrows(Rig rig, Seen seen) {
        rig.topic("e62", 3, Map.of());
        Random random = new Random(62);
        List<String> faults = new ArrayList<>();
        try (Server server = rig.start(Server.Ports.FREE);
                VerifiableProducer producer = rig.producer("e62", 3, 300);
                FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                FaultyProxy grpc = FaultyProxy.to(server.grpc);
                Crowd crowd = new Crowd(Subscriber.start(
                                30,
                                "http://" + http.address(),
                                grpc.address(),
                                Wish.of("e62").thatComesBack()))
                        .awaitOpen()) {
            producer.send(17_000);
            producer.run(200);
            crowd.awaitEvents(17_000);
            Vitals before = server.vitals();
            long heap = server.liveHeap();
            After end = new After(LENGTH);
            After next = new After(BETWEEN_FAULTS);
            List<Diary> visitors = new ArrayList<>();
            for (int n = 0; !end.over(); n++) {
                After second = new After(Duration.ofSeconds(1));
                try (Crowd visitor = new Crowd(List.of(Subscriber.Protocol.values()[n % 3]
                        .subscriber(server.http, server.grpc, Wish.of("e62"), 1_000 + n)
                        .start()))) {
                    Stage.await("a second", Crowd.PATIENCE, second::over);
                    visitors.addAll(visitor.diaries());
                }
                if (next.over()) {
                    faults.add(fault(random.nextInt(5), rig, http, grpc));
                    next = new After(BETWEEN_FAULTS);
                }
            }
            Stage.await("the server is ready", Crowd.PATIENCE, server::ready);
            Stage.await(
                    "everybody is back",
                    Crowd.PATIENCE,
                    () -> crowd.diaries().stream().allMatch(Diary::open));
            producer.rest();
            crowd.awaitEnd(producer.ledger);
            long grown = server.liveHeap() - heap;
            Vitals after = server.vitalsAfter(before);
            for (String fault : List.of("closed", "reset", "held up", "broker killed", "broker paused")) {
                seen.note("%s: %d", fault, Collections.frequency(faults, fault));
            }
            seen.note(
                    "%s; %d events delivered, %d reconnections, %d visitors",
                    producer.ledger, crowd.events(), crowd.connections() - 30, visitors.size());
            seen.note(
                    "live heap %+d KB; descriptors %d -> %d, threads %d -> %d",
                    grown / 1024, before.descriptors(), after.descriptors(), before.threads(), after.threads());
            seen.none(new Checker(producer.ledger)
                    .check(crowd.diaries(), Range.SINCE_OPEN)
                    .check(visitors, Range.WHAT_IT_GOT)
                    .leaks(before, after)
                    .memory("growth of the live heap", grown, 4 << 20));
            assertThat(faults).hasSizeGreaterThan(6);
        }
    }

    private static String fault(int which, Rig rig, FaultyProxy http, FaultyProxy grpc) {
        switch (which) {
            case 0 -> {
                http.fin();
                grpc.fin();
                return "closed";
            }
            case 1 -> {
                http.reset();
                grpc.reset();
                return "reset";
            }
            case 2 -> {
                http.pause();
                grpc.pause();
                Stage.await("5 s", Crowd.PATIENCE, new After(Duration.ofSeconds(5))::over);
                http.resume();
                grpc.resume();
                return "held up";
            }
            case 3 -> {
                rig.kafka.kill();
                rig.kafka.start();
                return "broker killed";
            }
            default -> {
                rig.kafka.pause();
                Stage.await("5 s", Crowd.PATIENCE, new After(Duration.ofSeconds(5))::over);
                rig.kafka.resume();
                return "broker paused";
            }
        }
    }
}
