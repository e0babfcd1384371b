package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.server.faults.Ledger.Fate;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;

/** Topics that change under their readers. */
@Timeout(240)
class TopicFaultsTest {

    @Experiment(
            id = "E-17",
            fault = "a topic is deleted while it is read",
            done = "6 subscribers on 3 transports; the topic is deleted",
            open = "the stop says source-unavailable")
    void readersOfADeletedTopicAreTold(Rig rig, Seen seen) {
        rig.topic("e17", 2, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e17", 2, 200);
                Crowd crowd = new Crowd(server.subscribers(6, Wish.of("e17"))).awaitOpen()) {
            producer.send(100);
            crowd.awaitEvents(100);
            long lines = server.child.err().lines().count();
            long deleted = System.nanoTime();
            rig.kafka.deleteTopic("e17");
            crowd.awaitDisconnected();
            seen.note("ended after %d ms", (System.nanoTime() - deleted) / 1_000_000);
            assertThat(System.nanoTime() - deleted)
                    .isLessThan(Duration.ofSeconds(12).toNanos());
            Set<String> codes = crowd.diaries().stream()
                    .flatMap(diary -> diary.all(Entry.Stop.class).stream())
                    .map(Entry.Stop::code)
                    .collect(Collectors.toSet());
            seen.note("stops: %s", codes);
            seen.note("%d new lines in the log", server.child.err().lines().count() - lines);
            assertThat(server.child.err().lines().count() - lines).isLessThan(12);
            assertThat(crowd.diaries())
                    .allMatch(diary -> diary.all(Entry.Stop.class).size() == 1);
            assertThat(codes).containsExactly("topic-deleted");
            seen.none(new Checker(producer.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
        }
    }

    @Experiment(
            id = "E-18",
            fault = "a topic is deleted and made anew, and an old id is used",
            done =
                    "100 records, deleted, made anew, 300 records; resumed with the id behind the 100th, on 3 transports")
    void anIdOfAnEarlierTopicIsNeverAnOffsetOfTheNewOne(Rig rig, Seen seen) {
        rig.topic("e18", 1, Map.of());
        Server server = rig.server();
        String old;
        try (VerifiableProducer producer = rig.producer("e18", 1, 200);
                Crowd crowd = new Crowd(server.subscribers(3, Wish.of("e18"))).awaitOpen()) {
            producer.send(100);
            crowd.awaitEvents(100);
            old = crowd.all().getFirst().diary.lastId();
        }
        rig.topic("e18", 1, Map.of());
        try (VerifiableProducer producer = rig.producer("e18", 1, 200)) {
            producer.send(300);
            producer.rest();
            try (Crowd failing = new Crowd(
                    server.subscribers(3, Wish.of("e18").with("on-gap=fail").after(old)))) {
                awaitAnswers(failing);
                List<String> refusals = failing.diaries().stream()
                        .map(diary -> diary.all(Entry.Refused.class).toString())
                        .toList();
                seen.note("on-gap=fail: %s", codes(failing));
                assertThat(refusals).allMatch(refused -> refused.contains("conflict"));
                assertThat(codes(failing)).isEqualTo("409 conflict, FAILED_PRECONDITION conflict");
            }
            try (Crowd going = new Crowd(server.subscribers(3, Wish.of("e18").after(old)))) {
                going.awaitEvents(300);
                for (Diary diary : going.diaries()) {
                    assertThat(diary.all(Entry.Gap.class))
                            .extracting(Entry.Gap::reason)
                            .containsExactly("topic-recreated");
                    Entry.Gap gap = diary.all(Entry.Gap.class).getFirst();
                    assertThat(diary.entries().indexOf(gap))
                            .as("the gap comes before the first event")
                            .isLessThan(diary.entries()
                                    .indexOf(diary.all(Entry.Got.class).getFirst()));
                }
                seen.note("on-gap=continue: a gap topic-recreated, then all 300");
                seen.none(new Checker(producer.ledger).check(going.diaries(), Range.ALL));
            }
        }
    }

    @Experiment(
            id = "E-21",
            fault = "retention moves past a position",
            done =
                    "4,000 records, the first 3,000 deleted; resumed behind the 10th, and a slow reader in the midst of them")
    void whatRetentionTookIsTold(Rig rig, Seen seen) throws Exception {
        rig.topic("e21", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e21", 1, 1024);
                Admin admin = rig.admin()) {
            // Before anybody listens, so that no node holds them in memory.
            producer.send(4_000);
            producer.rest();
            Subscriber early = Subscriber.Protocol.NDJSON
                    .subscriber(server.http, server.grpc, Wish.of("e21").with("from=earliest&limit=10"), 0)
                    .start();
            assertThat(early.awaitOver(20)).isTrue();
            try (FaultyProxy http = FaultyProxy.to(server.http.substring("http://".length()));
                    Subscriber slow = Subscriber.Protocol.NDJSON
                            .subscriber(
                                    "http://" + http.address(),
                                    "",
                                    Wish.of("e21").with("from=earliest").withReceiveBuffer(4096),
                                    1)
                            .start()) {
                Stage.await("it reads", Crowd.PATIENCE, () -> slow.diary.events() > 0);
                http.pause();
                long had = slow.diary.events();
                admin.deleteRecords(Map.of(new TopicPartition("e21", 0), RecordsToDelete.beforeOffset(3_000)))
                        .all()
                        .get();
                try (Crowd failing = new Crowd(
                        server.subscribers(3, Wish.of("e21").with("on-gap=fail").after(early.diary.lastId())))) {
                    awaitAnswers(failing);
                    seen.note("on-gap=fail: %s", codes(failing));
                    assertThat(codes(failing)).isEqualTo("410 position-expired, OUT_OF_RANGE position-expired");
                }
                try (Crowd going =
                        new Crowd(server.subscribers(3, Wish.of("e21").after(early.diary.lastId())))) {
                    going.awaitEvents(1_000);
                    for (Diary diary : going.diaries()) {
                        assertThat(diary.all(Entry.Gap.class))
                                .extracting(gap -> gap.reason() + " " + gap.from() + " " + gap.to())
                                .containsExactly("retention 10 3000");
                    }
                    seen.note("on-gap=continue: a gap from 10 to 3000, then 1000 events");
                    seen.none(new Checker(producer.ledger).check(going.diaries(), Range.SINCE_FIRST));
                }
                http.resume();
                new Crowd(List.of(slow)).awaitEnd(producer.ledger);
                List<Entry.Gap> gaps = slow.diary.all(Entry.Gap.class);
                seen.note(
                        "the slow reader had %d when its records went, and got %d and the gaps %s",
                        had,
                        slow.diary.events(),
                        gaps.stream().map(gap -> gap.from() + "-" + gap.to()).toList());
                seen.none(new Checker(producer.ledger).check(slow.diary, Range.ALL));
            }
            assertThat(producer.ledger.count(Fate.ACKNOWLEDGED)).isEqualTo(4_000);
        }
    }

    static void awaitAnswers(Crowd crowd) {
        Stage.await(
                "every request is answered",
                Crowd.PATIENCE,
                () -> crowd.all().stream()
                        .noneMatch(each -> each.diary.entries().isEmpty()));
    }

    /** The statuses and codes of refusals, each once. */
    static String codes(Crowd crowd) {
        return crowd.diaries().stream()
                .flatMap(diary -> diary.all(Entry.Refused.class).stream())
                .map(refused -> refused.status() + " " + refused.code())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
