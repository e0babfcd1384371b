package dev.weir.sources.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A few consumers that read history for all subscribers who are behind. They are leased for one portion at a time and in turn, so
 * that a client who has stopped reading holds none of them.
 */
final class CatchUp implements AutoCloseable {

    /** The most that is read for one subscriber at a time, in bytes; one event may exceed it. */
    static final int PORTION = 64 << 10;

    private static final int QUEUE = 10_000;

    /** How many portions a reader may be ahead of another and still be asked, because it stands where one goes on. */
    private static final int LEAD = 2;

    private final List<HistoryReader> readers = new ArrayList<>();
    private final LongAdder portions = new LongAdder();

    CatchUp(Clients clients, int count, Records records, Damage damage) {
        for (int n = 0; n < count; n++) {
            readers.add(new HistoryReader(
                    clients.historyConsumer("history-" + n), n, QUEUE / count, records, damage, portions));
        }
    }

    /** Whether a portion would be refused. */
    boolean full() {
        return readers.stream().allMatch(HistoryReader::full);
    }

    /** Queues a portion, with the reader that stands where it begins, if there is one. False: all queues are full. Never waits. */
    boolean offer(Portion portion) {
        HistoryReader idlest = readers.stream()
                .min(Comparator.comparingInt(HistoryReader::waiting))
                .orElseThrow();
        String from = portion.from().id();
        for (HistoryReader reader : readers) {
            if (reader.standsAt(from) && reader.waiting() <= idlest.waiting() + LEAD) {
                return reader.offer(portion) || idlest.offer(portion);
            }
        }
        return idlest.offer(portion);
    }

    /** How many portions were read since the start. */
    long portions() {
        return portions.sum();
    }

    @Override
    public void close() {
        readers.forEach(HistoryReader::close);
    }
}
