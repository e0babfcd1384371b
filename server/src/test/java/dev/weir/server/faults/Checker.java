package dev.weir.server.faults;

import dev.weir.server.faults.Ledger.Fate;
import dev.weir.server.faults.Ledger.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares what subscribers saw with what a producer knows. Reads finished records only; finds, and judges nothing. */
final class Checker {

    private final Ledger ledger;
    private final Map<Integer, List<Sent>> stored;
    private final List<Finding> found = new ArrayList<>();

    /** What a subscriber had a right to. */
    enum Range {
        /** From the first record to the last. */
        ALL,
        /** What was sent after its first stream was open, to the last. */
        SINCE_OPEN,
        /** From the first event that it got, to the last. */
        SINCE_FIRST,
        /** Between the first and the last event that it got. */
        WHAT_IT_GOT
    }

    Checker(Ledger ledger) {
        this.ledger = ledger;
        stored = ledger.acknowledged();
    }

    List<Finding> found() {
        return List.copyOf(found);
    }

    Checker check(Collection<Diary> diaries, Range range) {
        diaries.forEach(diary -> check(diary, range));
        return this;
    }

    Checker check(Diary diary, Range range) {
        new Reading(diary, range).run();
        return this;
    }

    /** Whether everybody got something within the limit, if something was stored in its first half. */
    Checker progress(Collection<Diary> diaries, long healedAt, Duration limit) {
        long end = healedAt + limit.toNanos();
        boolean sent = ledger.with(Fate.ACKNOWLEDGED)
                .anyMatch(record -> record.at >= healedAt && record.knownAt <= healedAt + limit.toNanos() / 2);
        for (Diary diary : diaries) {
            boolean got =
                    diary.all(Entry.Got.class).stream().anyMatch(event -> event.at() >= healedAt && event.at() <= end);
            if (sent && !got) {
                found(Anomaly.STUCK, diary, "no event within " + limit.toSeconds() + " s after the fault");
            }
        }
        return this;
    }

    /** Whether a server is back at what it held before its clients came. */
    Checker leaks(Vitals before, Vitals after) {
        after.beyond(before).ifPresent(what -> found.add(new Finding(Anomaly.LEAK, "server", what)));
        return this;
    }

    /** Whether a server stayed within a bound. */
    Checker memory(String what, long bytes, long bound) {
        if (bytes > bound) {
            found.add(new Finding(Anomaly.MEMORY, "server", what + ": " + bytes + " bytes, allowed are " + bound));
        }
        return this;
    }

    private void found(Anomaly anomaly, Diary diary, String what) {
        found.add(new Finding(anomaly, diary.name, what));
    }

    /** One subscriber's diary, read from its beginning. */
    private final class Reading {

        private final Diary diary;
        private final Range range;
        private final List<Entry> entries;
        private final Set<Stamp> delivered = new HashSet<>();
        private final Map<Integer, Long> first = new HashMap<>();
        private final Map<Integer, Long> highest = new HashMap<>();
        private final List<Entry.Gap> gaps = new ArrayList<>();
        private final Set<Stamp> told = new HashSet<>();

        // of the present connection
        private Set<Stamp> onThis = new HashSet<>();
        private Set<Stamp> before = Set.of();
        private Map<Integer, Long> last = new HashMap<>();
        private boolean worded;
        private boolean complete;

        Reading(Diary diary, Range range) {
            this.diary = diary;
            this.range = range;
            entries = diary.entries();
        }

        void run() {
            for (int i = 0; i < entries.size(); i++) {
                switch (entries.get(i)) {
                    case Entry.Connected connected -> connected(connected, i);
                    case Entry.Got got -> got(got);
                    case Entry.Gap gap -> gap(gap);
                    case Entry.Stop stop -> worded = true;
                    case Entry.End end -> end(end);
                    case Entry.Disconnected over -> over(over);
                    default -> {}
                }
            }
            lost();
        }

        private void connected(Entry.Connected connected, int at) {
            onThis = new HashSet<>();
            last = new HashMap<>();
            before = Set.of();
            worded = false;
            int had = connected.after() == null ? -1 : received(connected.after(), at);
            if (had >= 0) {
                before = new HashSet<>();
                for (Entry entry : entries.subList(0, had + 1)) {
                    if (entry instanceof Entry.Got got && got.stamp() != null) {
                        before.add(got.stamp());
                        Sent sent = ledger.find(got.stamp());
                        if (sent != null && sent.offset >= 0) {
                            last.merge(got.stamp().partition(), sent.offset, Math::max);
                        }
                    } else if (entry instanceof Entry.Gap gap) {
                        last.merge(gap.partition(), gap.to() - 1, Math::max);
                    }
                }
            }
        }

        private int received(String id, int until) {
            for (int i = until - 1; i >= 0; i--) {
                if (id.equals(entries.get(i).id())) {
                    return i;
                }
            }
            return -1;
        }

        private void got(Entry.Got got) {
            Stamp stamp = got.stamp();
            if (stamp == null) {
                found(Anomaly.TORN, diary, "data behind id " + got.id());
                return;
            }
            Sent sent = ledger.find(stamp);
            if (sent == null || sent.fate == Fate.ABORTED || sent.fate == Fate.FAILED) {
                found(Anomaly.PHANTOM, diary, stamp + (sent == null ? " was never sent" : " is " + sent.fate));
                return;
            }
            boolean again = !onThis.add(stamp);
            if (again) {
                found(Anomaly.DUPLICATE_IN_STREAM, diary, stamp.toString());
            } else if (before.contains(stamp)) {
                found(Anomaly.DUPLICATE_ON_RESUME, diary, stamp.toString());
                again = true;
            }
            delivered.add(stamp);
            if (sent.offset >= 0 && !again) {
                inOrder(sent);
            }
        }

        private void inOrder(Sent sent) {
            int partition = sent.stamp.partition();
            Long previous = last.get(partition);
            if (previous != null && sent.offset <= previous) {
                found(Anomaly.REORDER, diary, sent.stamp + " at " + sent.offset + " after " + previous);
                return;
            }
            if (previous != null) {
                for (Sent between : between(partition, previous + 1, sent.offset)) {
                    if (!delivered.contains(between.stamp) && told.add(between.stamp)) {
                        found(Anomaly.SILENT_GAP, diary, between.stamp + " before " + sent.stamp);
                    }
                }
            }
            last.put(partition, sent.offset);
            first.merge(partition, sent.offset, Math::min);
            highest.merge(partition, sent.offset, Math::max);
        }

        private void gap(Entry.Gap gap) {
            gaps.add(gap);
            Long previous = last.get(gap.partition());
            if (previous == null || gap.from() <= previous + 1) {
                last.merge(gap.partition(), gap.to() - 1, Math::max);
            }
        }

        private void end(Entry.End end) {
            worded = true;
            complete = true;
            if (end.events() != onThis.size()) {
                found(Anomaly.FALSE_COMPLETE, diary, "the end tells " + end.events() + ", got " + onThis.size());
            }
        }

        private void over(Entry.Disconnected over) {
            if (over.clean() && !worded) {
                found(Anomaly.FALSE_COMPLETE, diary, "a clean end without a word: " + over.reason());
            }
        }

        private void lost() {
            long opened = diary.all(Entry.Opened.class).stream()
                    .mapToLong(Entry::at)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
            boolean missing = false;
            for (List<Sent> partition : stored.values()) {
                for (Sent sent : partition) {
                    if (!delivered.contains(sent.stamp) && due(sent, opened) && !covered(sent)) {
                        missing = true;
                        if (told.add(sent.stamp)) {
                            found(Anomaly.LOST, diary, sent.stamp + " at " + sent.offset);
                        }
                    }
                }
            }
            if (missing && complete) {
                found(Anomaly.FALSE_COMPLETE, diary, "an end, and records are missing");
            }
        }

        private boolean due(Sent sent, long opened) {
            @Nullable Long from = first.get(sent.stamp.partition());
            return switch (range) {
                case ALL -> true;
                case SINCE_OPEN -> sent.at > opened || (from != null && sent.offset > from);
                case SINCE_FIRST -> from != null && sent.offset > from;
                case WHAT_IT_GOT ->
                    from != null
                            && sent.offset > from
                            && sent.offset < highest.getOrDefault(sent.stamp.partition(), 0L);
            };
        }

        private boolean covered(Sent sent) {
            return gaps.stream()
                    .anyMatch(gap -> gap.partition() == sent.stamp.partition()
                            && gap.from() <= sent.offset
                            && sent.offset < gap.to());
        }

        private List<Sent> between(int partition, long from, long to) {
            List<Sent> all = stored.getOrDefault(partition, List.of());
            int start = search(all, from);
            return start < all.size() && all.get(start).offset < to ? all.subList(start, search(all, to)) : List.of();
        }

        private int search(List<Sent> all, long offset) {
            Sent key = new Ledger().sent(new Stamp(0, 0), 0);
            key.offset = offset;
            int at = Collections.binarySearch(all, key, Comparator.comparingLong(sent -> sent.offset));
            return at < 0 ? -at - 1 : at;
        }
    }
}
