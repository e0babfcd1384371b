package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.server.faults.Ledger.Fate;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Topics that change under their readers. */
@Timeout(240)
class TopicFaultsTest {

    @Experiment(
            id = "E-17",
            fault = "a topic is deleted while it is read",
            done = "6 subscribers on 3 transports; the topic is deleted")
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

    @Tag("faults")
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
            // A node that has not heard of the new topic yet may begin the stream, stop it, and refuse it when the
            // client comes back.
            Wish failsOnGap = Wish.of("e18").with("on-gap=fail").after(old).thatComesBack();
            try (Crowd failing = new Crowd(server.subscribers(3, failsOnGap))) {
                Stage.await(
                        "all are refused",
                        Crowd.PATIENCE,
                        () -> failing.diaries().stream()
                                .allMatch(diary -> diary.all(Entry.Refused.class).stream()
                                        .anyMatch(refused -> refused.code().equals("conflict"))));
                assertThat(failing.diaries()).allMatch(diary -> diary.events() == 0);
                seen.note("on-gap=fail: %s", codes(failing));
                assertThat(codes(failing)).contains("409 conflict", "FAILED_PRECONDITION conflict");
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

    @Tag("faults")
    @Experiment(
            id = "E-19",
            fault = "a topic is deleted and made anew while it is read",
            done = "6 subscribers that come back; 100 records, deleted, made anew, 300 records")
    void twoTopicsOfOneNameAreNotMixed(Rig rig, Seen seen) {
        rig.topic("e19", 1, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e19", 1, 200);
                Crowd crowd = new Crowd(server.subscribers(6, Wish.of("e19").thatComesBack())).awaitOpen()) {
            List<Ledger.Sent> first = producer.send(100);
            crowd.awaitEvents(100);
            rig.topic("e19", 1, Map.of());
            try (VerifiableProducer other = rig.producer(producer, "e19", 1, 200, Map.of())) {
                List<Ledger.Sent> second = other.send(300);
                other.rest();
                crowd.awaitEvents(400);
                for (Diary diary : crowd.diaries()) {
                    List<Entry.Got> got = diary.all(Entry.Got.class);
                    assertThat(got.subList(0, 100))
                            .extracting(Entry.Got::stamp)
                            .containsExactlyElementsOf(
                                    first.stream().map(sent -> sent.stamp).toList());
                    assertThat(got.subList(100, 400))
                            .extracting(Entry.Got::stamp)
                            .containsExactlyElementsOf(
                                    second.stream().map(sent -> sent.stamp).toList());
                    List<Entry> between = diary.entries()
                            .subList(
                                    diary.entries().indexOf(got.get(99)),
                                    diary.entries().indexOf(got.get(100)));
                    assertThat(between)
                            .anyMatch(entry -> entry instanceof Entry.Gap gap
                                    && gap.reason().equals("topic-recreated"));
                }
                seen.note(
                        "100 of the first, a gap topic-recreated, 300 of the second, for each; %d reconnections",
                        crowd.connections() - 6);
                seen.note(
                        "stops: %s",
                        crowd.diaries().stream()
                                .flatMap(diary -> diary.all(Entry.Stop.class).stream())
                                .map(Entry.Stop::code)
                                .distinct()
                                .toList());
            }
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-20",
            fault = "a topic gets partitions while it is read",
            done = "6 subscribers that come back, 200 events/s; 3 partitions become 6; resumed with an id of 3 as well")
    void newPartitionsAreReadFromTheirStart(Rig rig, Seen seen) throws Exception {
        rig.topic("e20", 3, Map.of());
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e20", 3, 200);
                Admin admin = rig.admin();
                Crowd crowd = new Crowd(server.subscribers(6, Wish.of("e20").thatComesBack())).awaitOpen()) {
            producer.run(200);
            crowd.awaitEvents(300);
            String old = crowd.all().getFirst().diary.lastId();
            admin.createPartitions(Map.of("e20", NewPartitions.increaseTo(6)))
                    .all()
                    .get();
            Stage.await("every partition has a leader", Crowd.PATIENCE, () -> leaders(admin, "e20") == 6);
            try (VerifiableProducer all = rig.producer(producer, "e20", 6, 200, Map.of("metadata.max.age.ms", 1_000))) {
                long added = System.nanoTime();
                all.send(600);
                all.rest();
                Stage.await(
                        "everybody gets all six",
                        Crowd.PATIENCE,
                        () -> crowd.diaries().stream()
                                .allMatch(diary -> diary.latest().size() == 6));
                seen.note("all six after %d ms", (System.nanoTime() - added) / 1_000_000);
                producer.rest();
                all.send(60);
                all.rest();
                crowd.awaitEnd(all.ledger);
                seen.note("%d reconnections", crowd.connections() - 6);
                seen.none(new Checker(all.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
                try (Crowd resumed = new Crowd(
                        server.subscribers(3, Wish.of("e20").thatComesBack().after(old)))) {
                    resumed.awaitEnd(all.ledger);
                    seen.note(
                            "with the old id: %d events each",
                            resumed.all().getFirst().diary.events());
                    seen.none(new Checker(all.ledger).check(resumed.diaries(), Range.SINCE_FIRST));
                    assertThat(resumed.diaries())
                            .allMatch(diary -> diary.all(Entry.Got.class).stream()
                                    .anyMatch(got ->
                                            got.stamp() != null && got.stamp().equals(new Stamp(5, 0))));
                }
            }
        }
    }

    private static long leaders(Admin admin, String topic) {
        try {
            return admin.describeTopics(List.of(topic)).topicNameValues().get(topic).get().partitions().stream()
                    .filter(partition -> partition.leader() != null)
                    .count();
        } catch (InterruptedException | ExecutionException notYet) {
            return 0;
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-22",
            fault = "compaction leaves holes",
            done = "200 records of one key in segments of 10, compacted; resumed behind the 5th, which lies in a hole")
    void aHoleIsNoGap(Rig rig, Seen seen) throws Exception {
        rig.topic(
                "e22",
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", "1048576",
                        "segment.ms", "200",
                        "min.cleanable.dirty.ratio", "0.001",
                        "min.compaction.lag.ms", "0",
                        "max.compaction.lag.ms", "200",
                        "delete.retention.ms", "0"));
        Server server = rig.server();
        try (VerifiableProducer producer = rig.producer("e22", 1, 200)) {
            for (int i = 0; i < 20; i++) {
                producer.send(10);
                producer.rest();
                After segment = new After(Duration.ofMillis(250));
                Stage.await("a segment is full", Crowd.PATIENCE, segment::over);
            }
            String early;
            try (Crowd one = new Crowd(server.subscribers(1, Wish.of("e22").with("from=earliest&limit=1")))) {
                one.awaitOver();
                early = one.all()
                        .getFirst()
                        .diary
                        .all(Entry.Got.class)
                        .getFirst()
                        .id();
            }
            Stage.await("it is compacted", Duration.ofSeconds(60), () -> survivors(server) < 100);
            long left = survivors(server);
            try (Crowd crowd = new Crowd(server.subscribers(3, Wish.of("e22").with("from=earliest&until=latest")))) {
                crowd.awaitOver();
                seen.note("%d of 200 are left", left);
                for (Diary diary : crowd.diaries()) {
                    assertThat(diary.all(Entry.Gap.class)).isEmpty();
                    assertThat(diary.all(Entry.End.class)).hasSize(1);
                }
            }
            try (Crowd crowd = new Crowd(
                    server.subscribers(3, Wish.of("e22").with("until=latest").after(early)))) {
                crowd.awaitOver();
                for (Diary diary : crowd.diaries()) {
                    assertThat(diary.all(Entry.Gap.class)).isEmpty();
                    assertThat(diary.latest().get(0)).isEqualTo(new Stamp(0, 199));
                }
                seen.note(
                        "resumed in a hole: %d events, no gap",
                        crowd.all().getFirst().diary.events());
            }
        }
    }

    private static long survivors(Server server) {
        return server.get(server.http + "/streams/e22?from=earliest&until=latest")
                .body()
                .lines()
                .filter(line -> !line.contains("\"control\""))
                .count();
    }

    @Tag("faults")
    @Experiment(
            id = "E-23",
            fault = "aborted and hanging transactions",
            done = "committed and aborted ones in turn; then one is left open for its 10 s while others write on")
    void nothingOfAnAbortedTransactionIsSeen(Rig rig, Seen seen) {
        rig.topic("e23", 2, Map.of());
        Server server = rig.server();
        try (VerifiableProducer plain = rig.producer("e23", 2, 200);
                VerifiableProducer sane = rig.producer(plain, "e23", 2, 200, Map.of("transactional.id", "sane"));
                VerifiableProducer hanging = rig.producer(
                        plain, "e23", 2, 200, Map.of("transactional.id", "hanging", "transaction.timeout.ms", 10_000));
                Crowd crowd = new Crowd(server.subscribers(6, Wish.of("e23"))).awaitOpen()) {
            for (int i = 0; i < 20; i++) {
                sane.transaction(10, i % 2 == 0);
            }
            crowd.awaitEvents(100);
            List<Ledger.Sent> left = hanging.open(10);
            long opened = System.nanoTime();
            plain.send(100);
            plain.rest();
            String metric = "weir_topic_open_transaction_records{topic=\"e23\"";
            Stage.await("the metric tells of it", Duration.ofSeconds(9), () -> server.metric(metric) > 0);
            seen.note("the metric tells of %.0f records held back", server.metric(metric));
            assertThat(crowd.events()).as("nothing behind the open transaction").isEqualTo(600);
            left.forEach(sent -> sent.became(Fate.ABORTED));
            crowd.awaitEvents(200);
            Duration held = Duration.ofNanos(System.nanoTime() - opened);
            seen.note("held for %.1f s", held.toMillis() / 1e3);
            assertThat(held).isLessThan(Duration.ofSeconds(20));
            seen.note(
                    "%s; longest silence %d ms",
                    plain.ledger, crowd.longestSilence().toMillis());
            assertThat(crowd.longestSilence()).isLessThan(Duration.ofSeconds(3));
            seen.none(new Checker(plain.ledger).check(crowd.diaries(), Range.SINCE_OPEN));
            assertThat(crowd.diaries())
                    .allMatch(diary -> diary.all(Entry.Gap.class).isEmpty());
        }
    }

    @Tag("faults")
    @Experiment(
            id = "E-24",
            fault = "a record that is too large",
            done =
                    "5 MB between small ones, in a stream with a limit of 1 MiB; live, from the start, and resumed behind it")
    void aRecordThatIsTooLargeIsAGap(Rig rig, Seen seen) {
        rig.topic("e24", 1, Map.of("max.message.bytes", "8000000"));
        Server server = rig.server();
        try (VerifiableProducer small = rig.producer("e24", 1, 200);
                VerifiableProducer large =
                        rig.producer(small, "e24", 1, 5_000_000, Map.of("max.request.size", 8_000_000));
                Crowd live = new Crowd(server.subscribers(3, Wish.of("e24"))).awaitOpen()) {
            small.send(50);
            small.rest();
            large.send(1);
            large.rest();
            small.send(50);
            small.rest();
            live.awaitEnd(small.ledger);
            try (Crowd later = new Crowd(server.subscribers(3, Wish.of("e24").with("from=earliest")))) {
                later.awaitEnd(small.ledger);
                for (Diary diary : Stream.concat(live.diaries().stream(), later.diaries().stream())
                        .toList()) {
                    assertThat(diary.all(Entry.Gap.class))
                            .extracting(gap -> gap.reason() + " " + gap.from() + " " + gap.to())
                            .containsExactly("oversized 50 51");
                }
                String behind = live.all()
                        .getFirst()
                        .diary
                        .all(Entry.Gap.class)
                        .getFirst()
                        .id();
                try (Crowd resumed =
                        new Crowd(server.subscribers(3, Wish.of("e24").after(behind)))) {
                    resumed.awaitEnd(small.ledger);
                    assertThat(resumed.diaries())
                            .allMatch(diary -> diary.all(Entry.Gap.class).isEmpty());
                    assertThat(resumed.diaries()).allMatch(diary -> diary.events() == 50);
                }
                seen.note(
                        "100 events and a gap oversized from 50 to 51 for each; resumed with its id: the 50 behind it");
                seen.none(new Checker(small.ledger)
                        .check(live.diaries(), Range.ALL)
                        .check(later.diaries(), Range.ALL));
            }
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
