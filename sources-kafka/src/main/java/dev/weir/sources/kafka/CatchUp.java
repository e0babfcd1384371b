package dev.weir.sources.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A few consumers that read history for all subscribers who are behind. They are leased for a few portions at a time and in turn,
 * so that a client who has stopped reading holds none of them.
 */
final class CatchUp implements AutoCloseable {

    private static final int QUEUE = 10_000;

    /** How many subscribers more than another reader a reader may have and still be asked, because it stands where one goes on. */
    private static final int LEAD = 2;

    private final List<HistoryReader> readers = new ArrayList<>();
    private final LongAdder portions = new LongAdder();

    CatchUp(Clients clients, int count, Records records, Damage damage) {
        for (int n = 0; n < count; n++) {
            readers.add(new HistoryReader(
                    clients.historyConsumer("history-" + n), n, QUEUE / count, records, damage, portions));
        }
    }

    /** Whether a subscriber would be refused. */
    boolean full() {
        return readers.stream().allMatch(HistoryReader::full);
    }

    /** Queues a subscriber, with the reader that stands where it goes on, if there is one. False: all queues are full. Never waits. */
    boolean offer(Backlog backlog) {
        HistoryReader idlest = readers.stream()
                .min(Comparator.comparingInt(HistoryReader::waiting))
                .orElseThrow();
        String from = backlog.next().from().id();
        for (HistoryReader reader : readers) {
            if (reader.standsAt(from) && reader.waiting() <= idlest.waiting() + LEAD) {
                return reader.offer(backlog) || idlest.offer(backlog);
            }
        }
        return idlest.offer(backlog);
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
