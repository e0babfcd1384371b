package dev.weir.hub;

/** Keeps the exported package from being empty; goes with its first type. */
final class Placeholder {
    private Placeholder() {}
}
