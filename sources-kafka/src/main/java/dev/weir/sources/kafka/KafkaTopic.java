package dev.weir.sources.kafka;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.hub.LogCursor;
import dev.weir.hub.Position;
import dev.weir.hub.Retention;
import dev.weir.hub.TopicLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** A topic of the cluster as a source: one shared reader while anybody listens, and for every subscriber a cursor. */
final class KafkaTopic implements EventSource, AutoCloseable {

    private static final Logger LOG = System.getLogger(KafkaTopic.class.getName());

    /** So many times in a row the broker must have said that it knows no such topic, a second between. */
    private static final int DELETED = 3;

    private static final long IN_A_ROW_NANOS = Duration.ofSeconds(3).toNanos();

    private final String name;
    private final KafkaCluster cluster;
    private final Retention retention;
    private final long idleNanos;
    /** Held while the broker is asked; taken before {@link #life}, which is never held for long. */
    private final ReentrantLock starting = new ReentrantLock();

    private final ReentrantLock life = new ReentrantLock();

    // guarded by life
    private @Nullable Live live;
    private int subscribers;
    private long idleSince;

    // the check's
    private int missed;
    private long missedAt;
    private volatile long held;

    /**
     * What there is while the topic is read.
     *
     * @param start offset 0 of every partition
     * @param began where the log began, with the epochs of the leaders at that time
     */
    record Live(TopicReader reader, Position start, Position began) {

        TopicLog log() {
            return reader.log();
        }

        /** A cursor of the log, null if it does not hold all that is needed or a position must be proven first. */
        @Nullable
        LogCursor join(Position from) {
            return unproven(from) ? null : log().join(from);
        }

        /** Whether there was another leader since: only Kafka can tell whether its log still holds what the position has seen. */
        boolean unproven(Position from) {
            for (int partition = 0; partition < from.partitions(); partition++) {
                if (precedes(from, began, partition)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Whether a position has seen something of an earlier leader than another's, in a partition. */
    static boolean precedes(Position position, Position other, int partition) {
        int epoch = position.leaderEpoch(partition);
        return position.offset(partition) > 0 && epoch >= 0 && epoch < other.leaderEpoch(partition);
    }

    KafkaTopic(String name, KafkaCluster cluster, KafkaSettings settings) {
        this.name = name;
        this.cluster = cluster;
        retention = settings.retention();
        idleNanos = settings.idle().toNanos();
    }

    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        subscription.refuseBody();
        cluster.requireAvailable();
        Live now = join();
        try {
            return open(subscription, now);
        } catch (RuntimeException refused) {
            leave();
            throw refused;
        }
    }

    private Cursor open(Subscription subscription, Live now) {
        Subscription.Slow slow = subscription.slow().orElse(Subscription.Slow.LAG);
        Start where = subscription.start();
        Position like = now.start();
        if (subscription.until().isEmpty()) {
            if (where instanceof Start.Latest) {
                LogCursor head = now.log().cursor(now.log().head());
                return new KafkaCursor(this, now, head, slow);
            }
            if (where instanceof Start.After after) {
                Position had = had(after, like);
                Position head = now.log().headPosition();
                boolean known = had.sameEpoch(like) && had.atMost(head);
                LogCursor held = known ? now.join(had.withEpochsOf(head)) : null;
                if (held != null) {
                    return new KafkaCursor(this, now, held, slow);
                }
            }
        }
        if (cluster.catchUp().full()) {
            throw new Refusal(Code.OVERLOADED, "too many subscribers are reading history; try again later");
        }
        Queue<Signal> gaps = new ArrayDeque<>();
        Position from = first(where, like, gaps);
        if (!gaps.isEmpty() && subscription.onGap() == Subscription.OnGap.FAIL) {
            Signal.Reason reason = ((Signal.Gap) gaps.element()).reason();
            throw new Refusal(
                    reason.code(),
                    "after: the position is not held (" + reason
                            + "); start with from=earliest, or take on-gap=continue");
        }
        Position cut = subscription.until().map(until -> cut(until, like)).orElse(null);
        String opened = where instanceof Start.After after ? after.id() : from.id();
        return new KafkaCursor(this, now, from, cut, gaps, opened, slow);
    }

    /** What a client that comes back has had. One that knows more partitions than this node must wait until the node does. */
    private Position had(Start.After after, Position like) {
        Position had = Position.parse(after.id(), like);
        if (had.sameEpoch(like) && had.partitions() > like.partitions()) {
            int present = cluster.offsets().partitions(name, had.partitions());
            if (had.partitions() > present) {
                throw new Refusal(
                        Code.BAD_REQUEST,
                        "after, or Last-Event-ID: it tells of " + had.partitions() + " partitions, and the topic has "
                                + present + "; allowed is the id of an event, unchanged");
            }
            Live old = live();
            if (old != null && old.start().partitions() < present) {
                old.reader().stop();
            }
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "the topic has got partitions; try again at once");
        }
        return had;
    }

    private Position first(Start where, Position like, Queue<Signal> gaps) {
        Offsets offsets = cluster.offsets();
        return switch (where) {
            case Start.Latest latest -> offsets.end(name, like);
            case Start.Earliest earliest -> offsets.begin(name, like);
            case Start.At at -> offsets.at(name, like, at.instant());
            case Start.Last last -> last(last.count(), like);
            case Start.After after -> after(had(after, like), like, gaps);
        };
    }

    private Position last(int count, Position like) {
        Position begin = cluster.offsets().begin(name, like);
        Position from = cluster.offsets().end(name, like);
        int partitions = like.partitions();
        for (int partition = 0; partition < partitions; partition++) {
            long share = (long) count / partitions + (partition < count % partitions ? 1 : 0);
            from.set(partition, Math.max(begin.offset(partition), from.offset(partition) - share), -1);
        }
        return from;
    }

    private Position after(Position had, Position like, Queue<Signal> gaps) {
        Position begin = cluster.offsets().begin(name, like);
        if (!had.sameEpoch(like)) {
            gaps.add(new Signal.Gap(
                    begin.id(), Signal.Reason.TOPIC_RECREATED, 0, 0, begin.offset(0), OptionalLong.empty()));
            return begin;
        }
        Position end = cluster.offsets().end(name, like);
        Position from = had.withEpochsOf(end);
        for (int partition = 0; partition < like.partitions(); partition++) {
            long offset = had.offset(partition);
            long first = begin.offset(partition);
            long last = end.offset(partition);
            if (offset < first) {
                from.set(partition, first, -1);
                gaps.add(new Signal.Gap(
                        from.id(), Signal.Reason.RETENTION, partition, offset, first, OptionalLong.empty()));
            } else if (offset > last) {
                from.set(partition, last, from.leaderEpoch(partition));
                gaps.add(new Signal.Gap(
                        from.id(), Signal.Reason.LOG_TRUNCATED, partition, last, offset, OptionalLong.empty()));
            }
        }
        return from;
    }

    private Position cut(Subscription.Until until, Position like) {
        Instant time = until.time();
        return time == null
                ? cluster.offsets().end(name, like)
                : cluster.offsets().at(name, like, time);
    }

    String name() {
        return name;
    }

    CatchUp catchUp() {
        return cluster.catchUp();
    }

    /** May ask the broker, for which only those wait who need what it says. */
    private Live join() {
        Live present = joined();
        return present == null ? begun() : present;
    }

    private @Nullable Live joined() {
        life.lock();
        try {
            subscribers += live == null ? 0 : 1;
            return live;
        } finally {
            life.unlock();
        }
    }

    private Live begun() {
        starting.lock();
        try {
            Live present = joined();
            return present == null ? begin() : present;
        } finally {
            starting.unlock();
        }
    }

    /** Counts its subscriber first, so that the new reader does not think itself unused. */
    private Live begin() {
        cluster.requireAvailable();
        count(1);
        try {
            return goesLive(start());
        } catch (RuntimeException failed) {
            leave();
            throw failed;
        }
    }

    private Live goesLive(Live started) {
        life.lock();
        try {
            live = started;
            return started;
        } finally {
            life.unlock();
        }
    }

    private Live start() {
        held = 0;
        Position start = cluster.offsets().start(name);
        Position head = cluster.offsets().end(name, start);
        Consumer<byte[], byte[]> consumer = cluster.liveConsumer(name);
        TopicLog log = new TopicLog(name, head, retention);
        return new Live(new TopicReader(this, head, log, cluster.records(), cluster.damage(), consumer), start, head);
    }

    /**
     * Ends the reader if the broker has another topic of this name by now, other partitions, or none. Blocks.
     *
     * @param measure whether to ask as well how far behind the reader is
     * @throws Refusal source-unavailable
     */
    void verify(boolean measure) {
        Live present = live();
        if (present == null) {
            return;
        }
        try {
            Position found = cluster.offsets().start(name);
            missed = 0;
            if (!found.sameEpoch(present.start())
                    || found.partitions() != present.start().partitions()) {
                present.reader().stop();
            } else if (measure) {
                measure(present);
            }
        } catch (Refusal no) {
            switch (no.code()) {
                case NOT_FOUND -> missing(present);
                case BAD_REQUEST -> present.reader().stop();
                default -> throw no;
            }
        }
    }

    private void measure(Live present) {
        Position stable = cluster.offsets().end(name, present.start());
        Position high = cluster.offsets().highWatermark(name, present.start());
        long sum = 0;
        for (int partition = 0; partition < high.partitions(); partition++) {
            sum += Math.max(0, high.offset(partition) - stable.offset(partition));
        }
        held = sum;
        present.reader().measure(stable);
    }

    /** How far behind the reader was a few seconds ago; null while nothing is read. Never waits for the broker. */
    @Nullable
    Lag lag() {
        Live present = live();
        return present == null ? null : new Lag(present.reader().behind(), held);
    }

    /** A broker that has just started may not know a topic yet, so that it counts only when it is said again and again. */
    private void missing(Live present) {
        long now = System.nanoTime();
        missed = now - missedAt < IN_A_ROW_NANOS ? missed + 1 : 1;
        missedAt = now;
        if (missed == DELETED) {
            LOG.log(Level.WARNING, "topic " + name + " was deleted while it was read");
            cluster.forget(name);
            present.reader().delete();
        }
    }

    private @Nullable Live live() {
        life.lock();
        try {
            return live;
        } finally {
            life.unlock();
        }
    }

    /** A reader has ended, for whatever reason; on its own thread. */
    void ended(TopicReader reader) {
        starting.lock();
        life.lock();
        try {
            if (live != null && live.reader() == reader) {
                live = null;
            }
        } finally {
            life.unlock();
            starting.unlock();
        }
    }

    /** A subscriber has gone. */
    void leave() {
        count(-1);
    }

    private void count(int more) {
        life.lock();
        try {
            subscribers += more;
            idleSince = System.nanoTime();
        } finally {
            life.unlock();
        }
    }

    /** Whether nobody has needed the present reader for a while; it must end then. */
    boolean retired() {
        life.lock();
        try {
            boolean unused = subscribers == 0 && System.nanoTime() - idleSince >= idleNanos;
            if (unused) {
                live = null;
            }
            return unused;
        } finally {
            life.unlock();
        }
    }

    @Override
    public void close() {
        Live last;
        life.lock();
        try {
            last = live;
            live = null;
        } finally {
            life.unlock();
        }
        if (last != null) {
            last.reader().close();
        }
    }
}
