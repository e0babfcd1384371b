package dev.weir;

import java.util.Map;
import java.util.Set;

/**
 * Which events a subscriber wants. An empty set lets everything through; several values of one kind are alternatives, and all
 * kinds must match, each header's name being a kind of its own.
 *
 * @param types event types wanted
 * @param keys keys wanted, as bytes
 * @param headers values wanted, as bytes, by the name of the header
 */
public record Filter(Set<String> types, Set<Bytes> keys, Map<String, Set<Bytes>> headers) {

    /** Lets everything through. */
    public static final Filter ALL = new Filter(Set.of(), Set.of(), Map.of());

    /**
     * Copies what it is given.
     *
     * @param types event types wanted
     * @param keys keys wanted
     * @param headers values wanted by the name of the header
     */
    public Filter {
        types = Set.copyOf(types);
        keys = Set.copyOf(keys);
        headers = Map.copyOf(headers);
    }

    /**
     * Whether an event passes. Never blocks.
     *
     * @param event any event
     * @return true if it is wanted
     */
    public boolean accepts(Event event) {
        String type = event.type();
        Bytes key = event.key();
        return (types.isEmpty() || (type != null && types.contains(type)))
                && (keys.isEmpty() || (key != null && keys.contains(key)))
                && (headers.isEmpty() || hasAll(event));
    }

    private boolean hasAll(Event event) {
        for (Map.Entry<String, Set<Bytes>> wanted : headers.entrySet()) {
            if (!has(event, wanted.getKey(), wanted.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean has(Event event, String name, Set<Bytes> values) {
        for (Header header : event.headers()) {
            Bytes value = header.value();
            if (value != null && header.name().equals(name) && values.contains(value)) {
                return true;
            }
        }
        return false;
    }
}
