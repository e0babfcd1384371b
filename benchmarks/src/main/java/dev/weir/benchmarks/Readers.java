package dev.weir.benchmarks;

/** Connections to a server, and the few threads that read them. Called by one thread; no method waits for the server. */
interface Readers extends AutoCloseable {

    /** Connects a subscriber soon, and again whenever its connection ends before it has all it asked for. */
    void open(Subscriber subscriber);

    /** Cuts every connection at once; all come back with their last ids. */
    void storm();

    /** Cuts every connection for good. */
    @Override
    void close();
}
