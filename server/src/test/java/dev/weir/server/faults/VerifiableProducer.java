package dev.weir.server.faults;

import dev.weir.server.faults.Ledger.Fate;
import dev.weir.server.faults.Ledger.Sent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends stamped records to a topic, one partition after the other, with {@code acks=all}, and keeps a ledger of what became of
 * them. Its own patience is two minutes, so that a broker that comes back gets everything.
 */
final class VerifiableProducer implements AutoCloseable {

    final Ledger ledger;
    private final String topic;
    private final int partitions;
    private final int size;
    private final KafkaProducer<byte[], byte[]> producer;
    private final boolean transactional;
    private final AtomicLong turn = new AtomicLong();
    private List<Sent> transaction = List.of();
    private @Nullable Thread steady;
    private volatile boolean running;

    VerifiableProducer(String bootstrap, String topic, int partitions, int size) {
        this(bootstrap, topic, partitions, size, new Ledger(), Map.of());
    }

    VerifiableProducer(
            String bootstrap, String topic, int partitions, int size, Ledger ledger, Map<String, Object> more) {
        this.topic = topic;
        this.partitions = partitions;
        this.size = size;
        this.ledger = ledger;
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "enable.idempotence", true,
                "request.timeout.ms", 5_000,
                "max.block.ms", 120_000,
                "reconnect.backoff.max.ms", 500,
                "delivery.timeout.ms", 120_000));
        all.putAll(more);
        producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
        transactional = all.containsKey("transactional.id");
        if (transactional) {
            producer.initTransactions();
        }
    }

    /** Sends so many a second from now on, on a thread of its own. */
    void run(int perSecond) {
        long interval = 1_000_000_000L / perSecond;
        running = true;
        steady = Thread.ofPlatform().daemon().name("producer-" + topic).start(() -> {
            long due = System.nanoTime();
            while (running) {
                send(1);
                due += interval;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        });
    }

    /** Stops what {@link #run} began, and waits until the fate of every record is known. */
    void rest() {
        running = false;
        Thread sending = steady;
        if (sending != null) {
            try {
                sending.join();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            steady = null;
        }
        producer.flush();
    }

    /** Sends so many without waiting for the broker. */
    List<Sent> send(int count) {
        List<Sent> batch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int partition = (int) (turn.getAndIncrement() % partitions);
            Sent sent = ledger.next(partition);
            batch.add(sent);
            byte[] key = ("k" + partition).getBytes(StandardCharsets.UTF_8);
            byte[] value = sent.stamp.value(size).getBytes(StandardCharsets.UTF_8);
            try {
                producer.send(new ProducerRecord<>(topic, partition, key, value), (stored, failure) -> {
                    if (failure != null) {
                        sent.became(never(failure) ? Fate.FAILED : Fate.UNKNOWN);
                    } else if (transactional) {
                        sent.offset = stored.offset();
                    } else {
                        sent.acknowledged(stored.offset());
                    }
                });
            } catch (RuntimeException notSent) {
                sent.became(Fate.UNKNOWN);
            }
        }
        return batch;
    }

    /** Sends so many in a transaction, and ends it. */
    void transaction(int count, boolean commit) {
        open(count);
        if (commit) {
            commit();
        } else {
            producer.abortTransaction();
            transaction.forEach(sent -> sent.became(Fate.ABORTED));
            transaction = List.of();
        }
    }

    /** Sends so many in a transaction, and leaves it open. */
    List<Sent> open(int count) {
        producer.beginTransaction();
        transaction = send(count);
        producer.flush();
        return transaction;
    }

    /** Ends the transaction that is open. */
    void commit() {
        producer.commitTransaction();
        transaction.forEach(sent -> sent.became(Fate.ACKNOWLEDGED));
        transaction = List.of();
    }

    private static boolean never(Exception failure) {
        return failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException;
    }

    @Override
    public void close() {
        running = false;
        producer.close(Duration.ofSeconds(1));
    }
}
