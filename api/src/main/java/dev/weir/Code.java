package dev.weir;

/**
 * Why a stream was refused or stopped: one table for every transport. The HTTP status goes with a refusal before the first
 * byte; the gRPC status with a refusal or a stop. {@code toString} is the text form, such as {@code not-found}.
 */
public enum Code {
    /** Parameter, id, name or future time. */
    BAD_REQUEST(400, 3, false),
    /** No, bad or expired credentials. */
    UNAUTHENTICATED(401, 16, false),
    /** Not allowed, and may know of it. */
    FORBIDDEN(403, 7, false),
    /** Unknown, internal or invisible, with one and the same answer. */
    NOT_FOUND(404, 5, false),
    /** The HTTP method is not one of those allowed. */
    METHOD(405, 12, false),
    /** No offered format is acceptable. */
    NOT_ACCEPTABLE(406, 3, false),
    /** Two starts at once, or an id of another epoch under {@code on-gap=fail}. */
    CONFLICT(409, 9, false),
    /** The position is no longer kept, under {@code on-gap=fail}. */
    POSITION_EXPIRED(410, 11, false),
    /** A body without a length. */
    LENGTH_REQUIRED(411, 3, false),
    /** A condition of the request does not hold: the file is another by now. */
    PRECONDITION_FAILED(412, 9, false),
    /** Event or body larger than the limit. */
    TOO_LARGE(413, 8, false),
    /** Type or encoding of the request's body. */
    UNSUPPORTED(415, 3, false),
    /** The byte range cannot be served. */
    RANGE(416, 11, false),
    /** Too many streams, starts, events or bytes of one principal or address. */
    QUOTA(429, 8, true),
    /** The source or Weir failed. */
    INTERNAL(500, 13, true),
    /** The server is full. */
    OVERLOADED(503, 14, true),
    /** The server is draining. */
    SHUTDOWN(503, 14, true),
    /** The broker behind the topic is away. */
    SOURCE_UNAVAILABLE(503, 14, true),
    /** A stream reached its longest duration. Stops only. */
    MAX_DURATION(503, 14, true),
    /** The client did not keep up. Stops only. */
    SLOW_CONSUMER(503, 8, true),
    /** The credentials expired during the stream. Stops only. */
    AUTH_EXPIRED(401, 16, false),
    /** The topic was deleted during the stream. Stops only. */
    TOPIC_DELETED(404, 5, false);

    private final int http;
    private final int grpc;
    private final boolean retryable;

    Code(int http, int grpc, boolean retryable) {
        this.http = http;
        this.grpc = grpc;
        this.retryable = retryable;
    }

    /**
     * The HTTP status (RFC 9110).
     *
     * @return 400 to 599
     */
    public int http() {
        return http;
    }

    /**
     * The number of the gRPC status.
     *
     * @return 1 to 16
     */
    public int grpc() {
        return grpc;
    }

    /**
     * Whether the same request may succeed later.
     *
     * @return true if a client should come back by itself
     */
    public boolean retryable() {
        return retryable;
    }

    @Override
    public String toString() {
        return Words.ofConstant(this);
    }
}
