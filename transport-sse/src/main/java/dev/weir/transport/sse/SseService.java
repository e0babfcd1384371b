package dev.weir.transport.sse;

import dev.weir.Codec;
import dev.weir.EventSource;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.transport.http.StreamService;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Server-sent events (WHATWG HTML, section 9.2) on a listener of the application's: {@code routing.register("/events", new
 * SseService(source))} serves {@code GET /events/{topic}}.
 */
public final class SseService extends StreamService {

    private static final List<String> MEDIA_TYPES = List.of(SseCodec.MEDIA_TYPE);

    /**
     * A service with the usual patience.
     *
     * @param source what clients may open
     */
    public SseService(EventSource source) {
        this(source, MAX_WRITE_STALL);
    }

    /**
     * A service.
     *
     * @param source what clients may open
     * @param maxWriteStall how long a client of a live stream may take nothing before it is cut
     */
    public SseService(EventSource source, Duration maxWriteStall) {
        super(
                "sse",
                new ReturningSource(subscription -> source.open(subscription.without(Set.of(SseCodec.DONE)))),
                maxWriteStall);
    }

    /**
     * How many events went out without their type since the process started, because no event stream can carry it: reserved by
     * browsers or by Weir, or no token of {@code [A-Za-z0-9._:-]{1,64}}. Counted once for all subscribers that share a format.
     *
     * @return 0 or more
     */
    public static long typesLeftOut() {
        return SseCodec.TYPES_LEFT_OUT.sum();
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any("/", SseService::finished).any("/{topic}", SseService::finished);
        super.routing(rules);
    }

    @Override
    protected List<String> mediaTypes() {
        return MEDIA_TYPES;
    }

    @Override
    protected Codec codec(Subscription subscription, String mediaType) {
        return SseCodec.of(subscription);
    }

    /** 204 keeps a browser from coming back to a stream that it has seen to its end. */
    private static void finished(ServerRequest request, ServerResponse response) {
        String last =
                request.headers().first(HeaderNames.create("last-event-id")).orElse("");
        String method = request.prologue().method().text();
        if ((last.isEmpty() ? after(request.query().rawValue()) : last).endsWith(Start.ENDED)
                && (method.equals("GET") || method.equals("HEAD"))) {
            response.status(Status.NO_CONTENT_204).send();
        } else {
            response.next();
        }
    }

    private static String after(String query) {
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith("after=")) {
                return parameter;
            }
        }
        return "";
    }
}
