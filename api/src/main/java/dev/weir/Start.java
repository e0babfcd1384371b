package dev.weir;

import java.time.DateTimeException;
import java.time.Instant;

/** Where a subscription begins: {@code from=latest|earliest|last:<n>|<RFC 3339 time>}, or {@code after=<id>}. */
public sealed interface Start {

    /** Only what is appended from now on: the node's head at open. */
    record Latest() implements Start {}

    /** From the oldest event still kept. */
    record Earliest() implements Start {}

    /**
     * From so many events back, divided among the partitions.
     *
     * @param count at most so many events, 1 or more
     */
    record Last(int count) implements Start {}

    /**
     * From the first event at or after a time.
     *
     * @param instant not in the future
     */
    record At(Instant instant) implements Start {}

    /**
     * From the event that follows the one with this id.
     *
     * @param id an id that a client received earlier, on any transport and any node
     */
    record After(String id) implements Start {}

    /** The longest id, in characters. */
    int MAX_ID = 2048;

    /** The suffix of the id of a finished stream, by which a browser's automatic reconnection is recognised. */
    String ENDED = ".end";

    /**
     * Reads the parameter {@code from}.
     *
     * @param text its value
     * @return the start
     * @throws Refusal bad-request, naming what is allowed
     */
    static Start parse(String text) {
        if (text.equals("latest")) {
            return new Latest();
        }
        if (text.equals("earliest")) {
            return new Earliest();
        }
        if (text.startsWith("last:")) {
            return new Last((int) Parameters.number("from", "last:", text.substring(5), 1, 1_000_000_000));
        }
        return new At(pastTime("from", text, "latest, earliest, last:<n> or an RFC 3339 time"));
    }

    /**
     * Reads an id that a client sent back. The suffix of a finished stream is left out.
     *
     * @param parameter where it came from, for the message
     * @param id the text
     * @return the start
     * @throws Refusal bad-request if no id looks like this
     */
    static After after(String parameter, String id) {
        String plain = id.endsWith(ENDED) ? id.substring(0, id.length() - ENDED.length()) : id;
        if (!isId(plain)) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    parameter + ": not an id of this service; an id is 1 to 2048 characters of A-Z a-z 0-9 . _ ~ : -,"
                            + " taken unchanged from an event");
        }
        return new After(plain);
    }

    /**
     * Reads a time that must not lie in the future.
     *
     * @param parameter its name, for the message
     * @param text its value
     * @param allowed what else is allowed, for the message
     * @return the time, not before 1970
     * @throws Refusal bad-request
     */
    static Instant pastTime(String parameter, String text, String allowed) {
        Instant instant;
        try {
            instant = Instant.parse(text);
        } catch (DateTimeException malformed) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    parameter + "=" + Parameters.shown(text) + ": allowed are " + allowed
                            + " such as 2026-01-31T12:00:00Z");
        }
        if (instant.isAfter(Instant.now())) {
            throw new Refusal(Code.BAD_REQUEST, parameter + "=" + text + ": the time lies in the future");
        }
        return instant.isBefore(Instant.EPOCH) ? Instant.EPOCH : instant;
    }

    /**
     * Whether this can be an id: 1 to {@link #MAX_ID} letters, digits and {@code ._~:-}. Never blocks; any thread. Looked at for each
     * frame, hence no regular expression.
     *
     * @param text any text
     * @return true if it looks like an id
     */
    static boolean isId(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean digit = c >= '0' && c <= '9';
            if (!letter && !digit && "._~:-".indexOf(c) < 0) {
                return false;
            }
        }
        return length > 0 && length <= MAX_ID;
    }
}
