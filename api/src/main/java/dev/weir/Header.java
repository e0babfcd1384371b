package dev.weir;

import org.jspecify.annotations.Nullable;

/**
 * One header of an event, as Kafka has them: ordered, a name may come more than once.
 *
 * @param name the name, any text
 * @param value the value, or null for a header without one
 */
public record Header(String name, @Nullable Bytes value) {}
