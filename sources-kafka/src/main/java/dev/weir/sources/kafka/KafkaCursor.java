package dev.weir.sources.kafka;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.hub.LogCursor;
import dev.weir.hub.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a topic. It is live, a cursor of the shared log, or behind, reading history in portions until the log holds all
 * that it still lacks; then it joins. Overtaken by the log it falls behind again, and loses nothing by it.
 */
final class KafkaCursor implements Cursor {

    private static final Duration RETRY = Duration.ofSeconds(2);

    // set once
    private final KafkaTopic topic;
    private final KafkaTopic.Live live;
    private final @Nullable Position cut;
    private final Subscription.Slow slow;
    private Runnable wake = () -> {};
    private @Nullable Executor loop;

    // the subscriber's thread
    private final Queue<Signal> gaps;
    private @Nullable LogCursor reader;
    private Position reached;

    /** Whether Kafka has been asked for what follows the position that the client came with. */
    private boolean proven;

    private @Nullable Backlog backlog;
    private @Nullable Portion portion;
    private String position;
    private long events;

    /** Live from the start. */
    KafkaCursor(KafkaTopic topic, KafkaTopic.Live live, LogCursor reader, Subscription.Slow slow) {
        this.topic = topic;
        this.live = live;
        this.slow = slow;
        cut = null;
        join(reader);
        gaps = new ArrayDeque<>();
        position = reader.position();
        reached = live.start();
    }

    /** Behind at first, for good if there is a cut. */
    KafkaCursor(
            KafkaTopic topic,
            KafkaTopic.Live live,
            Position from,
            @Nullable Position cut,
            Queue<Signal> gaps,
            String position,
            Subscription.Slow slow) {
        this.topic = topic;
        this.live = live;
        this.cut = cut;
        this.gaps = gaps;
        this.position = position;
        this.slow = slow;
        reached = from;
    }

    @Override
    public void onReady(Runnable wake) {
        this.wake = wake;
        if (reader != null) {
            listen(reader);
        }
    }

    @Override
    public void onReady(Runnable wake, Executor loop) {
        this.loop = loop;
        onReady(wake);
    }

    private void listen(LogCursor log) {
        Executor own = loop;
        if (own == null) {
            log.onReady(wake);
        } else {
            log.onReady(wake, own);
        }
    }

    @Override
    public @Nullable Signal poll() {
        Signal signal = gaps.isEmpty() ? next() : gaps.poll();
        if (signal != null) {
            position = signal.id();
            events += signal instanceof Event ? 1 : 0;
        }
        return signal;
    }

    private @Nullable Signal next() {
        while (true) {
            LogCursor joined = reader;
            if (joined != null) {
                Signal signal = joined.poll();
                if (signal != null || !joined.lapped()) {
                    position = joined.position();
                    return signal == null && live.log().closed() ? comeBack() : signal;
                }
                if (slow == Subscription.Slow.DISCONNECT) {
                    return slow("the topic has overtaken you; come back with the last id");
                }
                if (slow != Subscription.Slow.LAG) {
                    gaps.addAll(joined.jump());
                    if (gaps.isEmpty()) {
                        continue;
                    }
                    return gaps.poll();
                }
                reached = Position.parse(joined.position(), live.start());
                reader = null;
            }
            Portion present = portion;
            if (present == null && backlog != null) {
                present = backlog.take();
                if (present == null) {
                    return null;
                }
                portion = present;
            }
            if (present != null) {
                Signal signal = present.next();
                if (signal != null) {
                    return signal;
                }
                if (present.changed()) {
                    return comeBack();
                }
                reached = present.reached();
                proven = present.proven();
                position = reached.id();
                portion = null;
                if (present.last()) {
                    backlog = null;
                } else if (backlog != null) {
                    backlog.delivered(present);
                }
            }
            if (live.log().closed()) {
                return comeBack();
            }
            if (cut != null && cut.atMost(reached)) {
                return new Signal.End(position, events);
            }
            LogCursor held = cut != null ? null : proven ? live.log().join(reached) : live.join(reached);
            if (held != null) {
                leaveHistory();
                join(held);
                listen(held);
            } else if (backlog == null && !askForHistory()) {
                return slow("fell behind while too many subscribers are reading history; come back with the last id");
            }
        }
    }

    /** False: too many others are waiting for it. */
    private boolean askForHistory() {
        CatchUp readers = topic.catchUp();
        Position to = cut == null ? live.log().headPosition() : cut;
        Backlog missing = new Backlog(readers, topic.name(), reached, to, wake);
        backlog = missing;
        return readers.offer(missing);
    }

    private void leaveHistory() {
        Backlog unwanted = backlog;
        if (unwanted != null) {
            unwanted.cancel();
            backlog = null;
        }
    }

    private void join(LogCursor log) {
        if (slow == Subscription.Slow.CONFLATE) {
            log.conflate();
        }
        reader = log;
    }

    private Signal slow(String message) {
        return new Signal.Stop(position, Code.SLOW_CONSUMER, message, RETRY);
    }

    /** The log is not what it was: deleted, another topic of the same name, other partitions, or the reader has ended. */
    private Signal comeBack() {
        if (live.reader().deleted()) {
            return new Signal.Stop(position, Code.TOPIC_DELETED, "the topic was deleted", Duration.ZERO);
        }
        return new Signal.Stop(
                position, Code.SOURCE_UNAVAILABLE, "the topic is read anew; come back with the last id", RETRY);
    }

    @Override
    public String position() {
        return position;
    }

    @Override
    public long superseded() {
        LogCursor joined = reader;
        return joined == null ? 0 : joined.superseded();
    }

    @Override
    public boolean bounded() {
        return cut != null;
    }

    @Override
    public void close() {
        leaveHistory();
        if (reader != null) {
            // The log knows its reader until the next append, and must not hold what the reader woke.
            reader.onReady(() -> {});
        }
        topic.leave();
    }
}
