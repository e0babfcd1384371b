package dev.weir.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.server.faults.Checker.Range;
import dev.weir.server.faults.Ledger.Fate;
import dev.weir.server.faults.Ledger.Sent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing proves nothing: here it is given each anomaly. */
class CheckerTest {

    private static final long SECOND = 1_000_000_000;

    private final Ledger ledger = new Ledger();
    private final Diary diary = new Diary("reader");
    private long now;

    CheckerTest() {
        for (int seq = 0; seq < 10; seq++) {
            stored(0, seq, 2L * seq);
            stored(1, seq, seq);
        }
    }

    @Test
    void aCleanDiaryHasNoFindings() {
        connected(null);
        opened("start");
        got(0, 0, 1, 2, 3, 4);
        got(1, 0, 1, 2);
        disconnected(false);
        connected("1/2");
        opened("1/2");
        got(1, 3, 4, 5, 6, 7, 8, 9);
        got(0, 5, 6, 7, 8, 9);
        diary.add(new Entry.End(now++, "end", 12));
        disconnected(true);

        assertThat(findings(Range.ALL)).isEmpty();
    }

    @Test
    void aRecordThatNeverCameIsLost() {
        connected(null);
        got(0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        got(1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertThat(findings(Range.ALL)).containsExactly(Anomaly.LOST);
        assertThat(findings(Range.WHAT_IT_GOT)).isEmpty();
    }

    @Test
    void aWholePartitionThatNeverCameIsLost() {
        connected(null);
        got(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertThat(findings(Range.ALL)).hasSize(10).containsOnly(Anomaly.LOST);
    }

    @Test
    void whatWasSentAfterTheOpeningIsDue() {
        connected(null);
        diary.add(new Entry.Opened(SECOND, "start"));
        Sent later = ledger.sent(new Stamp(0, 10), 2 * SECOND);
        later.acknowledged(30);

        assertThat(findings(Range.SINCE_OPEN)).containsExactly(Anomaly.LOST);
        assertThat(findings(Range.SINCE_FIRST)).isEmpty();
    }

    @Test
    void aJumpIsASilentGapAndAGapMakesItGood() {
        connected(null);
        got(0, 0, 1, 5);
        assertThat(findings(Range.WHAT_IT_GOT))
                .containsExactly(Anomaly.SILENT_GAP, Anomaly.SILENT_GAP, Anomaly.SILENT_GAP);

        Diary honest = new Diary("honest");
        honest.add(new Entry.Connected(0, null));
        honest.add(got(new Stamp(0, 1)));
        honest.add(new Entry.Gap(0, "gap", "slow", 0, 3, 10));
        honest.add(got(new Stamp(0, 5)));
        assertThat(new Checker(ledger).check(honest, Range.WHAT_IT_GOT).found()).isEmpty();
    }

    @Test
    void aGapThatCoversTooLittleIsStillSilent() {
        connected(null);
        got(0, 1);
        diary.add(new Entry.Gap(now++, "gap", "slow", 0, 3, 8));
        got(0, 5);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.SILENT_GAP);
    }

    @Test
    void aJumpOverAReconnectionIsASilentGap() {
        connected(null);
        got(0, 0, 1);
        disconnected(false);
        connected("0/1");
        got(0, 3);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.SILENT_GAP);
    }

    @Test
    void theSameTwiceOnOneConnection() {
        connected(null);
        got(0, 0, 1, 1, 2);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.DUPLICATE_IN_STREAM);
    }

    @Test
    void theSameAgainAfterAReconnectionWithItsId() {
        connected(null);
        got(0, 0, 1, 2);
        disconnected(false);
        connected("0/2");
        got(0, 2, 3);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.DUPLICATE_ON_RESUME);
    }

    @Test
    void afterAReconnectionWithAnOlderIdTheSameAgainIsRight() {
        connected(null);
        got(0, 0, 1, 2);
        disconnected(false);
        connected("0/0");
        got(0, 1, 2, 3);

        assertThat(findings(Range.WHAT_IT_GOT)).isEmpty();
    }

    @Test
    void offsetsThatGoBack() {
        connected(null);
        got(0, 0, 2, 1, 3);

        assertThat(findings(Range.WHAT_IT_GOT)).contains(Anomaly.REORDER);
    }

    @Test
    void whatWasNeverSentOrAbortedOrFailed() {
        Sent aborted = ledger.sent(new Stamp(0, 20), 0);
        aborted.became(Fate.ABORTED);
        Sent failed = ledger.sent(new Stamp(0, 21), 0);
        failed.became(Fate.FAILED);
        connected(null);
        got(0, 20, 21, 99);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.PHANTOM, Anomaly.PHANTOM, Anomaly.PHANTOM);
    }

    @Test
    void whatNobodyKnowsMayComeOrNot() {
        ledger.sent(new Stamp(0, 20), 0).became(Fate.UNKNOWN);
        ledger.sent(new Stamp(0, 21), 0).became(Fate.UNKNOWN);
        connected(null);
        got(0, 9, 20);

        assertThat(findings(Range.SINCE_FIRST)).isEmpty();
    }

    @Test
    void dataThatAreNotWhole() {
        String value = new Stamp(3, 17).value(200);
        assertThat(Stamp.of(value)).isEqualTo(new Stamp(3, 17));
        assertThat(value).hasSizeBetween(190, 220);
        assertThat(Stamp.of(value.replace("abc", "abd"))).isNull();
        assertThat(Stamp.of(value.replace("\"seq\":17", "\"seq\":18"))).isNull();
        assertThat(Stamp.of(value.substring(0, 150))).isNull();
        assertThat(Stamp.of("")).isNull();
        connected(null);
        diary.add(new Entry.Got(now++, "x", Stamp.of(value.substring(1))));

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.TORN);
    }

    @Test
    void anEndThatTellsAnotherNumber() {
        connected(null);
        got(0, 0, 1, 2);
        diary.add(new Entry.End(now++, "end", 4));

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.FALSE_COMPLETE);
    }

    @Test
    void anEndWhileRecordsAreMissing() {
        connected(null);
        got(1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        diary.add(new Entry.End(now++, "end", 10));

        assertThat(findings(Range.ALL)).contains(Anomaly.FALSE_COMPLETE, Anomaly.LOST);
    }

    @Test
    void aLastChunkWithoutAWord() {
        connected(null);
        got(0, 0);
        disconnected(true);

        assertThat(findings(Range.WHAT_IT_GOT)).containsExactly(Anomaly.FALSE_COMPLETE);
    }

    @Test
    void nothingAfterTheFault() {
        connected(null);
        got(0, 0);
        Sent after = ledger.next(5);
        after.acknowledged(0);
        long healed = after.at - 1;

        assertThat(new Checker(ledger)
                        .progress(List.of(diary), healed, Duration.ofSeconds(15))
                        .found())
                .extracting(Finding::anomaly)
                .containsExactly(Anomaly.STUCK);
        diary.add(new Entry.Got(healed + SECOND, "5/0", after.stamp));
        assertThat(new Checker(ledger)
                        .progress(List.of(diary), healed, Duration.ofSeconds(15))
                        .found())
                .isEmpty();
    }

    @Test
    void whatIsHeldForNobody() {
        Vitals before = new Vitals(0, 50, 40, 1000);

        assertThat(new Checker(ledger)
                        .leaks(before, new Vitals(0, 50, 40, 9000))
                        .found())
                .isEmpty();
        assertThat(new Checker(ledger)
                        .leaks(before, new Vitals(1, 50, 40, 1000))
                        .found())
                .hasSize(1);
        assertThat(new Checker(ledger)
                        .leaks(before, new Vitals(0, 53, 40, 1000))
                        .found())
                .hasSize(1);
        assertThat(new Checker(ledger)
                        .leaks(before, new Vitals(0, 50, 41, 1000))
                        .found())
                .extracting(Finding::anomaly)
                .containsExactly(Anomaly.LEAK);
    }

    @Test
    void tooMuchMemory() {
        assertThat(new Checker(ledger).memory("heap", 11, 10).found())
                .extracting(Finding::anomaly)
                .containsExactly(Anomaly.MEMORY);
        assertThat(new Checker(ledger).memory("heap", 10, 10).found()).isEmpty();
    }

    private List<Anomaly> findings(Range range) {
        return new Checker(ledger)
                .check(diary, range).found().stream().map(Finding::anomaly).toList();
    }

    private void stored(int partition, long seq, long offset) {
        ledger.sent(new Stamp(partition, seq), 0).acknowledged(offset);
    }

    private void connected(@Nullable String after) {
        diary.add(new Entry.Connected(now++, after));
    }

    private void opened(String id) {
        diary.add(new Entry.Opened(now++, id));
    }

    private void got(int partition, long... seqs) {
        for (long seq : seqs) {
            diary.add(got(new Stamp(partition, seq)));
        }
    }

    private Entry got(Stamp stamp) {
        return new Entry.Got(now++, stamp.toString(), stamp);
    }

    private void disconnected(boolean clean) {
        diary.add(new Entry.Disconnected(now++, "test", clean));
    }
}
