/** The event-source API. */
module dev.weir.api {
    requires static transitive org.jspecify;

    exports dev.weir;
}
