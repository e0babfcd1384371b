package dev.weir.client;

import dev.weir.Cursor;
import dev.weir.Subscription;
import java.net.URI;
import java.util.Map;

/** Server-sent events from {@code {base}/events/{name}}, whole events. */
public final class SseClient implements RemoteSource {

    private final HttpCaller http;

    /**
     * A server's streams. Does not connect yet.
     *
     * @param base {@code http} or {@code https}, host, port and a path in front
     * @param headers sent with every request
     */
    public SseClient(URI base, Map<String, String> headers) {
        http = new HttpCaller(base, headers);
    }

    @Override
    public Cursor open(Subscription subscription) {
        return http.open(
                "/events/" + Query.of(subscription) + "&heartbeat-as=event",
                "text/event-stream",
                subscription,
                SseReader::new);
    }

    @Override
    public void close() {
        http.close();
    }
}
