package dev.weir.transport.http;

import dev.weir.Code;
import dev.weir.Refusal;
import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * An answer "no" as problem details (RFC 9457).
 *
 * @param status the status of HTTP
 * @param code which refusal
 * @param detail why, and what is allowed
 * @param retryAfter when to come back; zero: not said
 */
public record Problem(Status status, Code code, String detail, Duration retryAfter) {

    private static final Header TYPE = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/problem+json");
    private static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");
    private static final Header NO_SNIFF = HeaderValues.createCached("X-Content-Type-Options", "nosniff");
    private static final Header ALLOW = HeaderValues.createCached(HeaderNames.ALLOW, StreamService.METHODS);
    private static final Header AUTHENTICATE = HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, "Bearer");

    /**
     * A refusal as HTTP tells it.
     *
     * @param why the refusal
     * @return with the status of its code
     */
    public static Problem of(Refusal why) {
        return new Problem(Status.create(why.code().http()), why.code(), why.getMessage(), why.retryAfter());
    }

    /** What Helidon itself refuses, before any route is asked. Its own words are left out: they may name classes. */
    static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType event,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        boolean unread = event == DirectHandler.EventType.INTERNAL_ERROR
                && request.path().isEmpty();
        Status told = unread ? Status.BAD_REQUEST_400 : status;
        Code code = Stream.of(Code.values())
                .filter(known -> known.http() == told.code())
                .findFirst()
                .orElse(told.code() < 500 ? Code.BAD_REQUEST : Code.INTERNAL);
        headers.set(TYPE);
        headers.set(NO_STORE);
        headers.set(NO_SNIFF);
        return DirectHandler.TransportResponse.builder()
                .status(told)
                .headers(headers)
                .keepAlive(event.keepAlive() && !unread)
                .entity(new Problem(told, code, detail(told), Duration.ZERO).json())
                .build();
    }

    private static String detail(Status status) {
        return switch (status.code()) {
            case 400 -> "the request is malformed";
            case 404 -> "there is nothing here";
            case 505 -> "HTTP/1.1 is spoken here";
            default -> status.reasonPhrase();
        };
    }

    /**
     * Sends it. The header {@code Allow} of a 405 is that of the response, or else what streams allow.
     *
     * @param response nothing of it has been sent
     * @throws java.io.UncheckedIOException the client is gone
     */
    public void send(ServerResponse response) {
        send(response, false);
    }

    /**
     * Sends it, or for HEAD its headers alone. The header {@code Allow} of a 405 is that of the response, or else what streams allow.
     *
     * @param response nothing of it has been sent
     * @param head whether the request was HEAD
     * @throws java.io.UncheckedIOException the client is gone
     */
    public void send(ServerResponse response, boolean head) {
        byte[] json = json();
        response.status(status).header(TYPE).header(NO_STORE).header(NO_SNIFF);
        if (!retryAfter.isZero()) {
            response.header(HeaderNames.RETRY_AFTER, Long.toString((retryAfter.toMillis() + 999) / 1000));
        }
        if (code == Code.METHOD && !response.headers().contains(HeaderNames.ALLOW)) {
            response.header(ALLOW);
        }
        if (code == Code.UNAUTHENTICATED) {
            response.header(AUTHENTICATE);
        }
        if (head) {
            response.header(HeaderValues.create(HeaderNames.CONTENT_LENGTH, json.length));
            response.send();
        } else {
            response.send(json);
        }
    }

    private byte[] json() {
        return new FrameWriter(256)
                .ascii("{\"type\":\"about:blank\",\"title\":")
                .text(status.reasonPhrase())
                .ascii(",\"status\":")
                .number(status.code())
                .ascii(",\"code\":")
                .text(code.toString())
                .ascii(",\"detail\":")
                .text(detail)
                .ascii("}")
                .toBytes()
                .toArray();
    }
}
