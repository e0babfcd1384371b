package dev.weir.server.faults;

import dev.weir.server.faults.Ledger.Fate;
import dev.weir.tck.Stage;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Several subscribers at once: waiting for them, and what they tell together. Closing it makes all of them leave. */
record Crowd(List<Subscriber> all) implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    List<Diary> diaries() {
        return all.stream().map(subscriber -> subscriber.diary).toList();
    }

    Crowd awaitOpen() {
        Stage.await(
                "every stream is open",
                PATIENCE,
                () -> all.stream()
                        .allMatch(each -> !each.diary.all(Entry.Opened.class).isEmpty()));
        return this;
    }

    /** Until each has got so many events, counted over all of its connections. */
    void awaitEvents(long count) {
        try {
            Stage.await(
                    "every subscriber has " + count + " events",
                    PATIENCE,
                    () -> all.stream().allMatch(each -> each.diary.events() >= count));
        } catch (AssertionError late) {
            throw new AssertionError(
                    late.getMessage() + ", but "
                            + all.stream()
                                    .map(each -> each.diary.events())
                                    .sorted()
                                    .limit(10)
                                    .toList(),
                    late);
        }
    }

    /** Until each has what was stored at the end of every partition. The producer rests meanwhile. */
    void awaitEnd(Ledger ledger) {
        List<Stamp> last = ledger.acknowledged().values().stream()
                .map(partition -> partition.getLast().stamp)
                .toList();
        try {
            Stage.await(
                    "every subscriber has " + last,
                    PATIENCE,
                    () -> all.stream().allMatch(each -> has(each.diary, last)));
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + ", but " + behind(last), late);
        }
    }

    private List<String> behind(Collection<Stamp> last) {
        return diaries().stream()
                .filter(diary -> !has(diary, last))
                .map(diary -> diary + " has " + diary.latest().values() + " and then " + diary.last())
                .toList();
    }

    private static boolean has(Diary diary, Collection<Stamp> stamps) {
        return diary.latest().values().containsAll(stamps);
    }

    /** Until each has come to the end of what it wanted. */
    void awaitOver() {
        Stage.await("every subscriber is done", PATIENCE, () -> all.stream().allMatch(each -> each.awaitOver(0)));
    }

    /** Until no stream is open that was. */
    void awaitDisconnected() {
        Stage.await("every stream is over", PATIENCE, () -> all.stream().noneMatch(each -> each.diary.open()));
    }

    long events() {
        return all.stream().mapToLong(each -> each.diary.events()).sum();
    }

    long connections() {
        return all.stream()
                .mapToLong(each -> each.diary.all(Entry.Connected.class).size())
                .sum();
    }

    Duration longestSilence() {
        return silent().longestSilence().length();
    }

    /** Who was without a signal for the longest time, how long that was, and when it began. */
    String silence(long since) {
        Diary longest = silent();
        Diary.Silence silence = longest.longestSilence();
        return String.format(
                Locale.ROOT,
                "longest silence %d ms (%s, from %.1f s on)",
                silence.length().toMillis(),
                longest.name,
                (silence.from() - since) / 1e9);
    }

    private Diary silent() {
        return diaries().stream()
                .max(Comparator.comparing(diary -> diary.longestSilence().length()))
                .orElseThrow();
    }

    /** The delay that so many of a hundred events did not exceed, from sending to arrival, of those that came since a time. */
    Duration delay(Ledger ledger, long since, int percent) {
        long[] delays = diaries().stream()
                .flatMap(diary -> diary.all(Entry.Got.class).stream())
                .filter(got -> got.at() >= since)
                .flatMapToLong(got -> delay(ledger, got))
                .sorted()
                .toArray();
        return delays.length == 0
                ? Duration.ZERO
                : Duration.ofNanos(delays[(int) Math.min(delays.length - 1L, delays.length * (long) percent / 100)]);
    }

    private static LongStream delay(Ledger ledger, Entry.Got got) {
        Ledger.Sent sent = got.stamp() == null ? null : ledger.find(got.stamp());
        return sent == null || sent.fate != Fate.ACKNOWLEDGED ? LongStream.empty() : LongStream.of(got.at() - sent.at);
    }

    @Override
    public void close() {
        all.forEach(Subscriber::disconnect);
        all.forEach(Subscriber::close);
    }
}
