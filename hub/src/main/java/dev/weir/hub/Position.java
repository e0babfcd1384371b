package dev.weir.hub;

import dev.weir.Code;
import dev.weir.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where a reader of a topic stands: for every partition the offset of the next record and the epoch of the leader that wrote the
 * one before. Its text is the id that clients hold (rule I1): {@code 1.<name-hash>.<epoch>.<vector>}, the vector being varints in
 * base64url (RFC 4648, section 5).
 *
 * <p>Mutable, and owned by one thread; {@link #copy} for others. No method blocks.
 */
public final class Position {

    /** The most partitions that an id has room for. */
    public static final int MAX_PARTITIONS = 128;

    private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
    private static final String VERSION = "1.";

    /** Bytes of the largest offset and epoch. */
    private static final int LARGEST = 9 + 5;

    private final String prefix;
    private long[] offsets;
    private int[] leaderEpochs;

    private Position(String prefix, long[] offsets, int[] leaderEpochs) {
        this.prefix = prefix;
        this.offsets = offsets;
        this.leaderEpochs = leaderEpochs;
    }

    /**
     * The start of a topic: offset 0 in every partition.
     *
     * @param topic the topic's name
     * @param epoch distinguishes topics of the same name, one after the other
     * @param partitions 1 to {@link #MAX_PARTITIONS}
     * @return a position of the caller's own
     * @throws Refusal bad-request for more partitions
     */
    public static Position start(String topic, int epoch, int partitions) {
        if (partitions > MAX_PARTITIONS) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "topic " + topic + " has " + partitions + " partitions; at most " + MAX_PARTITIONS
                            + " can be read");
        }
        int[] unknown = new int[partitions];
        Arrays.fill(unknown, -1);
        return new Position(VERSION + hash(topic) + "." + text(epoch) + ".", new long[partitions], unknown);
    }

    /**
     * Reads an id that a client sent back.
     *
     * @param id the id
     * @param like a position of the topic that it must be of; it may be of another epoch
     * @return the position
     * @throws Refusal bad-request: malformed, of an unknown version, or of another topic
     */
    public static Position parse(String id, Position like) {
        String[] parts = id.split("\\.", -1);
        String[] expected = like.prefix.split("\\.", -1);
        if (parts.length != 4 || !parts[0].equals(expected[0])) {
            throw malformed(id);
        }
        if (!parts[1].equals(expected[1])) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "after, or Last-Event-ID: " + shown(id) + " belongs to another topic; allowed are ids of this one");
        }
        if (parts[2].length() != expected[2].length()) {
            throw malformed(id);
        }
        return vector(VERSION + parts[1] + "." + parts[2] + ".", parts[3], id);
    }

    private static Position vector(String prefix, String text, String id) {
        ByteBuffer in;
        try {
            in = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException notBase64) {
            throw malformed(id);
        }
        int most = Math.min(MAX_PARTITIONS, in.remaining() / 2 + 1);
        long[] offsets = new long[most];
        int[] leaderEpochs = new int[most];
        int count = 0;
        while (in.hasRemaining()) {
            if (count == MAX_PARTITIONS) {
                throw malformed(id);
            }
            offsets[count] = varint(in, id);
            leaderEpochs[count] = (int) Math.min(varint(in, id) - 1, Integer.MAX_VALUE);
            count++;
        }
        if (count == 0) {
            throw malformed(id);
        }
        return new Position(prefix, Arrays.copyOf(offsets, count), Arrays.copyOf(leaderEpochs, count));
    }

    private static long varint(ByteBuffer in, String id) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (!in.hasRemaining()) {
                throw malformed(id);
            }
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed(id);
    }

    private static Refusal malformed(String id) {
        return new Refusal(
                Code.BAD_REQUEST,
                "after, or Last-Event-ID: " + shown(id)
                        + " is no id of this server; allowed is the id of an event, unchanged");
    }

    private static String shown(String id) {
        return id.length() > 40 ? id.substring(0, 40) + "..." : id;
    }

    /**
     * The text of this position.
     *
     * @return the id
     */
    public String id() {
        byte[] vector = new byte[offsets.length * LARGEST];
        int length = 0;
        for (int partition = 0; partition < offsets.length; partition++) {
            length = varint(offsets[partition], vector, length);
            length = varint(leaderEpochs[partition] + 1L, vector, length);
        }
        return prefix + TO_TEXT.encodeToString(Arrays.copyOf(vector, length));
    }

    private static int varint(long value, byte[] out, int from) {
        int at = from;
        long rest = value;
        while (rest > 0x7f) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    /**
     * How many partitions it tells of; all others stand at 0.
     *
     * @return 1 or more
     */
    public int partitions() {
        return offsets.length;
    }

    /**
     * The next offset of a partition.
     *
     * @param partition 0 or more; one that it does not tell of stands at 0
     * @return 0 or more
     */
    public long offset(int partition) {
        return partition < offsets.length ? offsets[partition] : 0;
    }

    /**
     * The leader epoch of the record before {@link #offset}.
     *
     * @param partition 0 or more
     * @return -1 if unknown
     */
    public int leaderEpoch(int partition) {
        return partition < leaderEpochs.length ? leaderEpochs[partition] : -1;
    }

    /**
     * Moves one partition.
     *
     * @param partition 0 to {@link #MAX_PARTITIONS} - 1; a new one is added
     * @param next its next offset
     * @param leaderEpoch the epoch of the record before it, -1 if unknown
     */
    public void set(int partition, long next, int leaderEpoch) {
        if (partition >= offsets.length) {
            int known = leaderEpochs.length;
            offsets = Arrays.copyOf(offsets, partition + 1);
            leaderEpochs = Arrays.copyOf(leaderEpochs, partition + 1);
            Arrays.fill(leaderEpochs, known, partition + 1, -1);
        }
        offsets[partition] = next;
        leaderEpochs[partition] = leaderEpoch;
    }

    /**
     * Forgets leader epochs that lie beyond those known here: a client may send any, and Kafka's own client would believe them.
     *
     * @param known a position whose epochs the broker told
     * @return a new position, with the same offsets
     */
    public Position withEpochsOf(Position known) {
        Position trusted = copy();
        for (int partition = 0; partition < offsets.length; partition++) {
            if (leaderEpochs[partition] > known.leaderEpoch(partition)) {
                trusted.leaderEpochs[partition] = -1;
            }
        }
        return trusted;
    }

    /**
     * Whether both are of the same topic and epoch.
     *
     * @param other another position
     * @return false if offsets of the two cannot be compared
     */
    public boolean sameEpoch(Position other) {
        return prefix.equals(other.prefix);
    }

    /**
     * Whether no partition is further than in another position.
     *
     * @param other a position of the same topic and epoch
     * @return true if this is less or equal in every partition
     */
    public boolean atMost(Position other) {
        for (int partition = 0; partition < offsets.length; partition++) {
            if (offsets[partition] > other.offset(partition)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The further of the two in each partition.
     *
     * @param other a position of the same topic and epoch
     * @return a new position
     */
    public Position max(Position other) {
        Position max = copy();
        for (int partition = 0; partition < other.offsets.length; partition++) {
            if (other.offsets[partition] > max.offset(partition) || partition >= offsets.length) {
                max.set(partition, other.offsets[partition], other.leaderEpochs[partition]);
            }
        }
        return max;
    }

    /**
     * A position of the caller's own.
     *
     * @return an equal one, which may be changed
     */
    public Position copy() {
        return new Position(prefix, offsets.clone(), leaderEpochs.clone());
    }

    @Override
    public String toString() {
        return id();
    }

    private static String hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return text(ByteBuffer.wrap(digest).getInt());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static String text(int bits) {
        return TO_TEXT.encodeToString(ByteBuffer.allocate(4).putInt(bits).array());
    }
}
