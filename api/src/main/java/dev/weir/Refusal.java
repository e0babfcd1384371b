package dev.weir;

import java.time.Duration;

/**
 * The answer "no" before the first byte: a code, a message that says what is allowed and what to do, and for retryable codes
 * how long to wait. Carries no stack trace: it is an answer, not a failure of ours.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final Duration DEFAULT_RETRY = Duration.ofSeconds(2);

    private final Code code;
    private final Duration retryAfter;

    /**
     * A refusal whose {@link #retryAfter} is two seconds if the code is retryable, else zero.
     *
     * @param code a row of the code table
     * @param message names the parameter, the value, what is allowed; it reaches the client as it is
     */
    public Refusal(Code code, String message) {
        this(code, message, code.retryable() ? DEFAULT_RETRY : Duration.ZERO);
    }

    /**
     * A refusal with a time to wait.
     *
     * @param code a row of the code table
     * @param message names the parameter, the value, what is allowed; it reaches the client as it is
     * @param retryAfter how long the client should wait
     */
    public Refusal(Code code, String message, Duration retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /**
     * Why.
     *
     * @return a row of the code table
     */
    public Code code() {
        return code;
    }

    /**
     * How long to wait before trying again.
     *
     * @return zero if there is no point in trying again
     */
    public Duration retryAfter() {
        return retryAfter;
    }

    /**
     * What to tell the client.
     *
     * @return the message, never null
     */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
