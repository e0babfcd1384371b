/** The event-source API: contracts, signals and the delivery loop. Needs the JDK alone. */
module dev.weir.api {
    requires static transitive org.jspecify;

    exports dev.weir;

    uses dev.weir.Transport;
}
