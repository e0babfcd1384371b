package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One who reads, over however many connections: checks that each event is whole and the next in order, and keeps the last id. The
 * thread that reads its connection calls; what the conductor asks is volatile.
 */
final class Subscriber {

    /** How it takes what it is sent. */
    enum Appetite {
        /** Everything at once. */
        FULL,
        /** At a limited rate. */
        SLOW,
        /** Nothing after the head. */
        STALLED
    }

    private static final long RETRY_MILLIS = 200;
    private static final Pattern RETRY_AFTER = Pattern.compile("\"retryAfterMs\":(\\d+)");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]*)\"");
    private static final Pattern COUNT = Pattern.compile("\"count\":(\\d{1,12})\\b");

    /** What a gap may lack that does not say how much: more than any run has. */
    static final long UNKNOWN = 1L << 40;

    private final Tally tally;
    private final Appetite appetite;
    private final long limit;
    private final Sample sample = new Sample();
    private byte[] id = new byte[40];
    private int idLength;
    private long holeFrom;
    private long holeTo;
    private long told;
    private long first;
    private long received;
    private long askedAt;
    private boolean opened;
    private boolean stopped;
    private long retryMillis = RETRY_MILLIS;
    private volatile boolean mustReturn;
    private volatile boolean past;
    private volatile long next = -1;
    private volatile boolean ended;

    /** @param limit ends after so many events; 0 for never */
    Subscriber(Tally tally, Appetite appetite, long limit) {
        this.tally = tally;
        this.appetite = appetite;
        this.limit = limit;
    }

    Appetite appetite() {
        return appetite;
    }

    /** The number of the event it waits for; negative before its first. */
    long next() {
        return next;
    }

    /** The number of its first event, once {@link #next} is not negative. */
    long first() {
        return first;
    }

    /** Whether it has an event that was to be sent after the measured time, and so all that were to be sent in it. */
    boolean isPast() {
        return past;
    }

    /** Whether it reads no more: it has all it asked for, or the server says so. */
    boolean ended() {
        return ended;
    }

    /** What is left of its limit; 0 without any. */
    long left() {
        return limit == 0 ? 0 : limit - received;
    }

    String id() {
        return new String(id, 0, idLength, US_ASCII);
    }

    /** A connection is being made. */
    void asks() {
        if (askedAt == 0) {
            askedAt = System.nanoTime();
        }
    }

    /** Its connection is cut together with all others. */
    void mustReturn() {
        mustReturn = true;
    }

    /** The server accepts. */
    void accepted() {
        if (mustReturn) {
            mustReturn = false;
            tally.returned();
        }
        if (opened) {
            tally.reconnects.increment();
        } else {
            opened = true;
            tally.opened.increment();
        }
        retryMillis = RETRY_MILLIS;
        stopped = false;
    }

    /** The server says no; {@code again} if it may say yes later. */
    void refused(String why, boolean again, long afterMillis) {
        tally.refused.increment();
        if (again) {
            tally.complain(why);
            retryMillis = Math.max(RETRY_MILLIS, afterMillis);
        } else {
            tally.refuse(why);
            ended = true;
        }
    }

    /** The connection ended without being asked to. Gives how long to wait before coming back, in milliseconds. */
    long cut(String how) {
        if (!ended && !stopped) {
            tally.cuts.increment();
            tally.complain(how);
        }
        return retryMillis;
    }

    /** How long to stay away before the next attempt. */
    long retryMillis() {
        return retryMillis;
    }

    /** The position after the signal that was read last. */
    void at(byte[] b, int from, int to) {
        if (to - from > id.length) {
            id = new byte[to - from + 16];
        }
        System.arraycopy(b, from, id, 0, to - from);
        idLength = to - from;
    }

    void at(String position) {
        byte[] text = position.getBytes(US_ASCII);
        at(text, 0, text.length);
    }

    /** One event has arrived. */
    void event(byte[] b, int from, int to) {
        if (ended) {
            return;
        }
        if (received++ == 0) {
            Tally.record(tally.firstEvent, System.nanoTime() - askedAt);
        }
        if (!sample.read(b, from, to)) {
            tally.torn.increment();
            skipOne();
        } else {
            tally.delivered.increment();
            inOrder(sample.seq());
            onTime(sample.ts());
        }
        if (received == limit) {
            end();
        }
    }

    /** What is torn is not lost as well. */
    private void skipOne() {
        long wanted = next;
        if (wanted >= 0) {
            next = wanted + 1;
        }
    }

    private void onTime(long ts) {
        if (appetite != Appetite.FULL) {
            return;
        }
        if (tally.measures(ts)) {
            long late = Tally.unixNanos() - ts;
            if (late < 0) {
                tally.early.increment();
            }
            Tally.record(tally.latency, late);
        } else if (!past) {
            past = tally.isPast(ts);
        }
    }

    private void inOrder(long seq) {
        long wanted = next;
        if (wanted < 0) {
            first = seq;
            next = seq + 1;
        } else if (seq == wanted) {
            next = seq + 1;
        } else if (seq > wanted) {
            long missed = appetite == Appetite.FULL ? 0 : Math.min(told, seq - wanted);
            tally.missed.add(missed);
            tally.lost.add(seq - wanted - missed);
            holeFrom = wanted;
            holeTo = seq;
            next = seq + 1;
        } else if (seq >= holeFrom && seq < holeTo) {
            tally.lost.decrement();
            tally.reordered.increment();
            holeFrom = seq + 1;
        } else {
            tally.doubled.increment();
        }
        told = 0;
    }

    /** A signal that is no event, as JSON. */
    void told(String signal, String json) {
        switch (signal) {
            case "gap" -> {
                Matcher count = COUNT.matcher(json);
                gap(count.find() ? Long.parseLong(count.group(1)) : UNKNOWN);
            }
            case "stop" -> {
                Matcher after = RETRY_AFTER.matcher(json);
                Matcher code = CODE.matcher(json);
                stop(code.find() ? code.group(1) : json, after.find() ? Long.parseLong(after.group(1)) : 0);
            }
            case "end" -> end();
            default -> {
                // open and heartbeat tell no more than their position
            }
        }
    }

    /** The server says that so many events are missing here. */
    void gap(long count) {
        tally.gaps.increment();
        told += count;
    }

    /** The server ends the stream early. */
    void stop(String code, long afterMillis) {
        stopped = true;
        tally.stops.increment();
        tally.complain("the server stopped a stream: " + code);
        retryMillis = Math.max(RETRY_MILLIS, afterMillis);
    }

    /** All it asked for has been sent, says the server or its own count. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (limit == 0) {
            tally.ended.increment();
        } else {
            tally.lost.add(limit - received);
            tally.completed();
        }
    }
}
