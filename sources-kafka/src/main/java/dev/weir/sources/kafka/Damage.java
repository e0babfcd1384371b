package dev.weir.sources.kafka;

import dev.weir.Signal;
import dev.weir.hub.Position;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Batches that cannot be read: broken on a disk, or written by a broken client. Kafka's consumer fails at such a batch again and
 * again and does not say where the next one begins; here it is found, so that the batch becomes a gap and reading goes on.
 */
final class Damage {

    private static final Logger LOG = System.getLogger(Damage.class.getName());
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int REMEMBERED = 1_000;

    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();

    /** Offsets of one partition that hold nothing readable, the last one excluded. */
    record Stretch(TopicPartition of, long from, long to) {

        /** Moves the position past it and makes its signal. */
        Signal gap(Position position) {
            position.set(of.partition(), to, -1);
            return new Signal.Gap(
                    position.id(), Signal.Reason.ITEM_FAILED, of.partition(), from, to, OptionalLong.empty());
        }
    }

    /**
     * The stretch that a consumer has failed at. Blocks for some fetches, about two for each doubling of the batch's length, and
     * for {@link #PATIENCE} at the most if the broker goes away meanwhile. Afterwards the consumer must be assigned anew.
     *
     * @param failure what a poll has thrown
     * @return null if the failure has another reason or has passed, so that it should be tried again
     */
    @Nullable
    Stretch find(Consumer<?, ?> consumer, KafkaException failure) {
        if (failure.getClass() != KafkaException.class) {
            return null;
        }
        for (TopicPartition partition : consumer.assignment()) {
            if (names(failure, partition)) {
                try {
                    Stretch found = measure(consumer, partition);
                    if (found != null) {
                        tell(found, failure);
                    }
                    return found;
                } catch (WakeupException | InterruptException closing) {
                    throw closing;
                } catch (KafkaException other) {
                    return null;
                }
            }
        }
        return null;
    }

    /** How many stretches were found since the start, each counted once. */
    long count() {
        return count.sum();
    }

    private static boolean names(KafkaException failure, TopicPartition partition) {
        String message = String.valueOf(failure.getMessage());
        String name = partition.toString();
        int end = message.indexOf(name) + name.length();
        return end >= name.length() && (end == message.length() || !Character.isDigit(message.charAt(end)));
    }

    /** Goes ahead in doubling steps until the failure is another one or none, then back by halves to where it ends. */
    private static @Nullable Stretch measure(Consumer<?, ?> consumer, TopicPartition partition) {
        long from = consumer.position(partition, PATIENCE);
        long end = consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, from);
        consumer.assign(List.of(partition));
        String failure = from < end ? failure(consumer, partition, from) : null;
        if (failure == null) {
            return null;
        }
        long bad = from;
        long good = Math.min(from + 1, end);
        for (long step = 1; good < end && failure.equals(failure(consumer, partition, good)); step *= 2) {
            bad = good;
            good = Math.min(good + 2 * step, end);
        }
        while (good - bad > 1) {
            long middle = (bad + good) >>> 1;
            if (failure.equals(failure(consumer, partition, middle))) {
                bad = middle;
            } else {
                good = middle;
            }
        }
        return new Stretch(partition, from, good);
    }

    /** What goes wrong at an offset, null if it can be read. The text names the batch, so another batch fails with another text. */
    private static @Nullable String failure(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
        consumer.seek(partition, offset);
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            try {
                if (!consumer.poll(POLL).isEmpty() || Clients.position(consumer, partition) > offset) {
                    return null;
                }
            } catch (KafkaException failure) {
                if (failure.getClass() != KafkaException.class) {
                    throw failure;
                }
                Throwable cause = failure.getCause();
                return cause == null ? "" : String.valueOf(cause.getMessage());
            }
        } while (System.nanoTime() - end < 0);
        throw new TimeoutException("no answer at offset " + offset + " of " + partition);
    }

    private void tell(Stretch found, KafkaException failure) {
        if (told.size() >= REMEMBERED) {
            told.clear();
        }
        if (told.add(found.of() + "@" + found.from())) {
            count.increment();
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            LOG.log(
                    Level.WARNING,
                    "offsets " + found.from() + " to " + (found.to() - 1) + " of " + found.of()
                            + " can't be read and are told as a gap: " + cause.getMessage());
        }
    }
}
