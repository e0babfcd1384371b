package dev.weir;

import org.jspecify.annotations.Nullable;

/**
 * The encoder of one format with one set of options. Frames are shared between subscribers by the codec's identity, so there
 * is one instance for each format and set of options, not one for each subscriber.
 *
 * @implSpec Stateless and safe for any number of threads at once.
 */
public interface Codec {

    /**
     * The media type of what it writes (RFC 9110, section 8.3).
     *
     * @return such as {@code text/event-stream;charset=utf-8}
     */
    String mediaType();

    /**
     * The bytes of one signal. Never blocks; called by any thread, for an event about once for all subscribers together.
     *
     * @param signal any signal
     * @return its whole frame, or null if this format has no word for it
     */
    @Nullable
    Bytes encode(Signal signal);

    /**
     * The codec whose frames of events this one shares: for options that show in other signals only, so that they do not multiply
     * the frames that an event keeps. Never blocks; asked for each event and subscriber.
     *
     * @return one that writes events exactly as this one does; this one unless said otherwise
     */
    default Codec ofEvents() {
        return this;
    }

    /**
     * Whether this format has a word for a gap. Where it has none a stream is opened as with {@code on-gap=fail}, so that nothing is
     * lost in silence (rule G2). Never blocks.
     *
     * @return true unless said otherwise
     */
    default boolean tellsGaps() {
        return true;
    }
}
