package dev.weir.sources.kafka;

import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.hub.LogCursor;
import dev.weir.hub.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
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
    private Runnable wake = () -> {};

    // the subscriber's thread
    private final Queue<Signal> gaps;
    private @Nullable LogCursor reader;
    private Position reached;
    private CatchUp.@Nullable Portion portion;
    private String position;
    private long events;

    /** Live from the start. */
    KafkaCursor(KafkaTopic topic, KafkaTopic.Live live, LogCursor reader) {
        this.topic = topic;
        this.live = live;
        this.reader = reader;
        cut = null;
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
            String position) {
        this.topic = topic;
        this.live = live;
        this.cut = cut;
        this.gaps = gaps;
        this.position = position;
        reached = from;
    }

    @Override
    public void onReady(Runnable wake) {
        this.wake = wake;
        if (reader != null) {
            reader.onReady(wake);
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
                reached = Position.parse(joined.position(), live.start());
                reader = null;
            }
            CatchUp.Portion asked = portion;
            if (asked != null) {
                if (!asked.filled()) {
                    return null;
                }
                Signal signal = asked.next();
                if (signal != null) {
                    return signal;
                }
                if (asked.changed()) {
                    return comeBack();
                }
                reached = asked.reached();
                position = reached.id();
                portion = null;
            }
            if (live.log().closed()) {
                return comeBack();
            }
            if (cut != null && cut.atMost(reached)) {
                return new Signal.End(position, events);
            }
            if (cut == null) {
                reader = live.log().join(reached);
            }
            if (reader != null) {
                reader.onReady(wake);
            } else {
                Position to = cut == null ? live.log().headPosition() : cut;
                portion = new CatchUp.Portion(topic.name(), reached, to, wake);
                if (!topic.catchUp().offer(portion)) {
                    return new Signal.Stop(
                            position,
                            Code.SLOW_CONSUMER,
                            "fell behind while too many subscribers are reading history; come back with the last id",
                            RETRY);
                }
                return null;
            }
        }
    }

    /** The log is not what it was: another topic of the same name, other partitions, or the reader has ended. */
    private Signal comeBack() {
        return new Signal.Stop(
                position, Code.SOURCE_UNAVAILABLE, "the topic is read anew; come back with the last id", RETRY);
    }

    @Override
    public String position() {
        return position;
    }

    @Override
    public void close() {
        CatchUp.Portion asked = portion;
        if (asked != null) {
            asked.cancel();
        }
        topic.leave();
    }
}
