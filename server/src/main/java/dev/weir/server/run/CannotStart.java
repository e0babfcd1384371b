package dev.weir.server.run;

/** The server can't start for a reason outside of it. The message is for people and names the option to change. */
public final class CannotStart extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * A reason.
     *
     * @param message what is wrong, and which option to change
     */
    public CannotStart(String message) {
        super(message);
    }
}
