package dev.weir.docs;

/** A copied client that runs. */
interface Copy extends AutoCloseable {

    /** What it has shown so far: the data of each event and a line feed. */
    String events();

    /** What else it has told. */
    String notes();

    /** Whether it has ended by itself. */
    boolean over();

    /** Whether it has ended by itself, and in vain. */
    boolean refused();
}
