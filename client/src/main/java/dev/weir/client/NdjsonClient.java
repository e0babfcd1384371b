package dev.weir.client;

import dev.weir.Cursor;
import dev.weir.Subscription;
import java.net.URI;
import java.util.Map;

/** Lines of JSON from {@code {base}/streams/{name}}, whole events. */
public final class NdjsonClient implements RemoteSource {

    private final HttpCaller http;

    /**
     * A server's streams. Does not connect yet.
     *
     * @param base {@code http} or {@code https}, host, port and a path in front
     * @param headers sent with every request
     */
    public NdjsonClient(URI base, Map<String, String> headers) {
        http = new HttpCaller(base, headers);
    }

    @Override
    public Cursor open(Subscription subscription) {
        return http.open("/streams/" + Query.of(subscription), "application/x-ndjson", subscription, NdjsonReader::new);
    }

    @Override
    public void close() {
        http.close();
    }
}
