package dev.weir;

import java.util.Set;

/**
 * Which events a subscriber wants. An empty set lets everything through; several values of one kind are alternatives, and both
 * kinds must match.
 *
 * @param types event types wanted
 * @param keys keys wanted, as bytes
 */
public record Filter(Set<String> types, Set<Bytes> keys) {

    /** Lets everything through. */
    public static final Filter ALL = new Filter(Set.of(), Set.of());

    /**
     * Copies the sets.
     *
     * @param types event types wanted
     * @param keys keys wanted
     */
    public Filter {
        types = Set.copyOf(types);
        keys = Set.copyOf(keys);
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
                && (keys.isEmpty() || (key != null && keys.contains(key)));
    }
}
