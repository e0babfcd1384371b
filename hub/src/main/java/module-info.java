/** The engine: shared topic logs, cursors, wake-ups, topics in the process. */
module dev.weir.hub {
    requires transitive dev.weir.api;
    requires static transitive org.jspecify;

    exports dev.weir.hub;
}
