package dev.weir.sources.kafka;

import dev.weir.hub.Position;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber lacks, in portions: readers fill them one after the other, and its cursor takes them. A reader goes on without
 * being asked until the subscriber holds its share, and is asked again when one is delivered.
 */
final class Backlog {

    /** The most that a portion holds, in bytes; one event may exceed it. */
    static final int PORTION = 32 << 10;

    /** How many portions a subscriber may hold; a large event counts as several. */
    static final int SHARE = 2;

    // set once
    private final CatchUp readers;
    private final String topic;
    private final Runnable wake;

    private final Queue<Portion> filled = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wanted = new AtomicInteger(SHARE);
    private volatile boolean cancelled;

    // the reader's that has it; handed on by the count of what is wanted
    private Portion next;

    /**
     * @param from where to begin
     * @param to what the subscriber needs, partition by partition; nothing is read past it
     * @param wake run after each portion
     */
    Backlog(CatchUp readers, String topic, Position from, Position to, Runnable wake) {
        this.readers = readers;
        this.topic = topic;
        this.wake = wake;
        next = new Portion(topic, from, to);
    }

    /** For the cursor: the next portion, null if it is still being read. Nothing follows one that is the last. Never waits. */
    @Nullable
    Portion take() {
        return filled.poll();
    }

    /** For the cursor: a portion that is not the last has been delivered, and another may be read in its place. Never waits. */
    void delivered(Portion portion) {
        int before = wanted.getAndAdd(portion.share());
        if (before <= 0 && before + portion.share() > 0 && !readers.offer(this)) {
            end();
        }
    }

    /** For the cursor: no more is wanted. */
    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    String topic() {
        return topic;
    }

    Runnable wake() {
        return wake;
    }

    /** For the reader that has it: what to fill. */
    Portion next() {
        return next;
    }

    /** For the reader that has it: the portion is filled. True: the next one is wanted at once; otherwise it has it no more. */
    boolean filled(Portion portion) {
        boolean last = portion.last();
        int share = portion.share();
        if (!last) {
            next = portion.following();
        }
        filled.add(portion);
        return !last && wanted.addAndGet(-share) > 0;
    }

    /** Nothing more is read: all queues are full. */
    void end() {
        next.end();
        filled.add(next);
    }
}
