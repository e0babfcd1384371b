package dev.weir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One immutable fact with an id. Safe to share between threads: thousands of subscribers hold the same event, and the same
 * encoded frame of it.
 *
 * <p>An event made by an application ({@link #of}) has no place in a log yet: its id is empty and its partition and offset
 * are zero until a topic takes it.
 */
public final class Event implements Signal {

    /** The type of a tombstone: a Kafka record without a value. */
    public static final String DELETE = "delete";

    private final String id;
    private final int partition;
    private final long offset;
    private final long timeMillis;
    private final @Nullable String type;
    private final @Nullable Bytes key;
    private final List<Header> headers;
    private final @Nullable Bytes data;
    private final String topic;
    private volatile @Nullable Frame frames;

    /**
     * An event with its place in a log.
     *
     * @param id the position after it
     * @param partition its partition, 0 or more
     * @param offset its offset in the partition, 0 or more
     * @param timeMillis its time, milliseconds since 1970-01-01T00:00Z
     * @param type its type, or null
     * @param key its key, or null
     * @param headers its headers, in order
     * @param data its data, unchanged; null for a tombstone
     */
    public Event(
            String id,
            int partition,
            long offset,
            long timeMillis,
            @Nullable String type,
            @Nullable Bytes key,
            List<Header> headers,
            @Nullable Bytes data) {
        this(id, partition, offset, timeMillis, type, key, headers, data, "");
    }

    private Event(
            String id,
            int partition,
            long offset,
            long timeMillis,
            @Nullable String type,
            @Nullable Bytes key,
            List<Header> headers,
            @Nullable Bytes data,
            String topic) {
        this.id = id;
        this.partition = partition;
        this.offset = offset;
        this.timeMillis = timeMillis;
        this.type = type == null && data == null ? DELETE : type;
        this.key = key;
        this.headers = List.copyOf(headers);
        this.data = data;
        this.topic = topic;
    }

    /**
     * An event for publishing or for a cold stream, with the present time.
     *
     * @param type its type, or null
     * @param data its data
     * @return an event without an id
     */
    public static Event of(@Nullable String type, Bytes data) {
        return new Event("", 0, 0, System.currentTimeMillis(), type, null, List.of(), data);
    }

    /**
     * An event for publishing or for a cold stream, with the present time.
     *
     * @param type its type, or null
     * @param data its data, sent as UTF-8
     * @return an event without an id
     */
    public static Event of(@Nullable String type, String data) {
        return of(type, Bytes.utf8(data));
    }

    /**
     * The same event with a key.
     *
     * @param key the key, or null for none
     * @return a new event
     */
    public Event withKey(@Nullable Bytes key) {
        return new Event(id, partition, offset, timeMillis, type, key, headers, data, topic);
    }

    /**
     * The same data under an id of its own, encoded anew: for subscribers whose position differs from the log's.
     *
     * @param id the position after it, for this subscriber
     * @return a new event that shares this one's data but none of its frames
     */
    public Event withId(String id) {
        return at(id, partition, offset);
    }

    /**
     * The same data at a place in a log.
     *
     * @param id the position after it
     * @param partition its partition
     * @param offset its offset
     * @return a new event
     */
    public Event at(String id, int partition, long offset) {
        return new Event(id, partition, offset, timeMillis, type, key, headers, data, topic);
    }

    /**
     * The same data for a subscriber that reads several topics together.
     *
     * @param topic the topic that it comes from
     * @param id the position after it in all of them
     * @return a new event that shares this one's data but none of its frames
     */
    public Event joined(String topic, String id) {
        return new Event(id, partition, offset, timeMillis, type, key, headers, data, topic);
    }

    @Override
    public String id() {
        return id;
    }

    /**
     * The topic it comes from, where a connection reads several.
     *
     * @return its name, or the empty text: the connection reads one
     */
    public String topic() {
        return topic;
    }

    /**
     * The partition it lies in.
     *
     * @return 0 or more
     */
    public int partition() {
        return partition;
    }

    /**
     * Its offset within the partition.
     *
     * @return 0 or more
     */
    public long offset() {
        return offset;
    }

    /**
     * When it happened or was appended, as its producer or the log has it.
     *
     * @return milliseconds since 1970-01-01T00:00Z
     */
    public long timeMillis() {
        return timeMillis;
    }

    /**
     * Its type, any text: what a format cannot carry as a name is the codec's to leave out.
     *
     * @return the type, or null; {@link #DELETE} for a tombstone without one
     */
    public @Nullable String type() {
        return type;
    }

    /**
     * Its key.
     *
     * @return the key, or null
     */
    public @Nullable Bytes key() {
        return key;
    }

    /**
     * Its headers.
     *
     * @return immutable, in order
     */
    public List<Header> headers() {
        return headers;
    }

    /**
     * Its data, unchanged.
     *
     * @return the data; null for a tombstone
     */
    public @Nullable Bytes data() {
        return data;
    }

    /**
     * What it holds in memory without its frames: data, key, headers and id. A log bounds the sum of these.
     *
     * @return bytes, about
     */
    public int weight() {
        int sum = 96 + id.length() + (data == null ? 0 : data.length()) + (key == null ? 0 : key.length());
        for (Header header : headers) {
            Bytes value = header.value();
            sum += 48 + header.name().length() + (value == null ? 0 : value.length());
        }
        return sum;
    }

    /**
     * The bytes of this event in a format, encoded by the first who asks and shared by all who ask later. Never waits for
     * another thread: two who ask first at the same moment may both encode. Any thread.
     *
     * @param codec the format; frames are shared by the identity of its {@link Codec#ofEvents}
     * @return the frame, or null if the format cannot carry this event
     */
    @SuppressWarnings("ReferenceEquality") // one codec is one format with its options
    public @Nullable Bytes frame(Codec codec) {
        Frame known = frames;
        Codec shared = codec.ofEvents();
        for (Frame frame = known; frame != null; frame = frame.next) {
            if (frame.codec == shared) {
                return frame.bytes;
            }
        }
        Bytes bytes = shared.encode(this);
        frames = new Frame(shared, bytes, known);
        return bytes;
    }

    @Override
    public String toString() {
        return "event " + id + (type == null ? "" : " " + type) + (data == null ? "" : " " + data);
    }

    private record Frame(
            Codec codec, @Nullable Bytes bytes, @Nullable Frame next) {}
}
