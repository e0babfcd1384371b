package dev.weir.hub;

import dev.weir.Bytes;
import dev.weir.Cursor;
import dev.weir.EventSource;
import dev.weir.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A topic that fills itself at a {@link Pace}, so that the path from the log to a socket can be measured alone. */
public final class Generator implements EventSource, AutoCloseable {

    private static final int CRC_DIGITS = 8;

    private final Topic topic;
    private final Feed feed;

    /**
     * A topic that holds the burst already; the rest follows on a daemon thread.
     *
     * @param name its name, which is part of every id
     * @param pace how many events, when, and how large
     * @param retention how much it holds; what is lost of the burst nobody can read
     */
    public Generator(String name, Pace pace, Retention retention) {
        topic = new Topic(name, retention);
        feed = new Feed(name, pace, events -> events.forEach(topic::publish));
    }

    /**
     * The data of an event, ASCII: {@code {"ts":<unixNanos>,"seq":<seq>,"pad":"<8 hex digits><filler>"}}. The digits are the CRC-32C
     * of all other bytes, in order.
     *
     * @param unixNanos when the event is meant to be sent
     * @param seq its number
     * @param size bytes wanted; more if that much does not fit without filler
     * @return the data
     */
    public static Bytes data(long unixNanos, long seq, int size) {
        byte[] head = ("{\"ts\":" + unixNanos + ",\"seq\":" + seq + ",\"pad\":\"").getBytes(StandardCharsets.US_ASCII);
        int filler = head.length + CRC_DIGITS;
        byte[] data = Arrays.copyOf(head, Math.max(size, filler + 2));
        Arrays.fill(data, filler, data.length - 2, (byte) 'x');
        data[data.length - 2] = '"';
        data[data.length - 1] = '}';
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(data, filler, data.length - filler);
        for (int digit = 0; digit < CRC_DIGITS; digit++) {
            int nibble = (int) (crc.getValue() >>> (4 * (CRC_DIGITS - 1 - digit))) & 15;
            data[head.length + digit] = (byte) Character.forDigit(nibble, 16);
        }
        return Bytes.owned(data);
    }

    @Override
    public Cursor open(Subscription subscription) {
        return topic.open(subscription);
    }

    /** Ends its threads: subscribers stay open and hear nothing more. Idempotent. */
    @Override
    public void close() {
        feed.close();
        topic.close();
    }
}
