package dev.weir;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request as they are taken one after the other; what nobody took is left for a cold source. For one thread.
 */
public final class Parameters {

    private final Map<String, List<String>> values;

    Parameters(Map<String, List<String>> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /**
     * Reads {@code a=b&c=d}, percent-encoded as in a URL, with {@code +} for a space.
     *
     * @param query a raw query, without the question mark
     * @return its parameters, none taken
     * @throws Refusal bad-request: malformed percent-encoding
     */
    public static Parameters of(String query) {
        return new Parameters(ofQuery(query));
    }

    /** Decodes {@code a=b&c=d}: percent-encoding of UTF-8, and {@code +} for a space. */
    static Map<String, List<String>> ofQuery(String query) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
                found.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
            }
        }
        return found;
    }

    /**
     * Decodes percent-encoded UTF-8 (RFC 3986, section 2.1), strictly.
     *
     * @param text a part of a URL
     * @param query whether a plus sign is a space
     * @return the text
     * @throws Refusal bad-request: malformed, or no UTF-8
     */
    public static String decode(String text, boolean query) {
        if (text.indexOf('%') < 0 && (!query || text.indexOf('+') < 0)) {
            return text;
        }
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%') {
                int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
                int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new Refusal(Code.BAD_REQUEST, "malformed percent-encoding in " + shown(text));
                }
                decoded.put((byte) (high << 4 | low));
                i += 2;
            } else {
                decoded.put(query && raw[i] == '+' ? (byte) ' ' : raw[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
        } catch (CharacterCodingException malformed) {
            throw new Refusal(Code.BAD_REQUEST, "percent-encoding is no UTF-8 in " + shown(text));
        }
    }

    /**
     * A value as a message may hold it.
     *
     * @param text what somebody has sent
     * @return its first 80 characters, without control characters
     */
    public static String shown(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    List<String> all(String name) {
        List<String> found = values.remove(name);
        return found == null ? List.of() : found;
    }

    List<String> startingWith(String prefix) {
        return values.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /**
     * Takes a parameter that may be given once.
     *
     * @param name its name
     * @return its value, null if it was not given
     * @throws Refusal bad-request if it was given more than once
     */
    public @Nullable String one(String name) {
        List<String> found = all(name);
        if (found.size() > 1) {
            throw new Refusal(Code.BAD_REQUEST, name + ": given " + found.size() + " times; allowed is once");
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /**
     * Takes a parameter that is one of a few words.
     *
     * @param name its name
     * @param type the constants, whose names are the words in lower case, with hyphens
     * @param <E> their type
     * @return the constant, null if it was not given
     * @throws Refusal bad-request, naming what is allowed
     */
    public <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
        String text = one(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (Words.ofConstant(constant).equals(text)) {
                return constant;
            }
        }
        throw new Refusal(
                Code.BAD_REQUEST,
                name + "=" + shown(text) + ": allowed are "
                        + Stream.of(type.getEnumConstants())
                                .map(Words::ofConstant)
                                .collect(Collectors.joining(", "))
                                .toLowerCase(Locale.ROOT));
    }

    long number(String name, long least, long most, long otherwise) {
        String text = one(name);
        return text == null ? otherwise : number(name, "", text, least, most);
    }

    static long number(String name, String prefix, String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most && Character.isDigit(text.charAt(0))) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // told below, like a number out of range
        }
        throw new Refusal(
                Code.BAD_REQUEST,
                name + "=" + prefix + shown(text) + ": allowed are whole numbers from " + least + " to " + most);
    }

    /**
     * Refuses what has not been taken.
     *
     * @param allowed the names of all that can be
     * @throws Refusal bad-request if anything is left
     */
    public void refuseRest(String allowed) {
        if (!values.isEmpty()) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    shown(values.keySet().iterator().next()) + ": unknown parameter; allowed are " + allowed);
        }
    }

    Map<String, String> rest() {
        Map<String, String> rest = new LinkedHashMap<>();
        List.copyOf(values.keySet()).forEach(name -> rest.put(name, String.valueOf(one(name))));
        return Map.copyOf(rest);
    }
}
