package dev.weir.benchmarks;

import dev.weir.Event;
import dev.weir.hub.Feed;
import dev.weir.hub.Pace;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/** What a team writes on Helidon: a bounded queue for each client, which its thread empties into an {@link SseSink}. */
final class SinkServer implements Baseline.Served {

    private static final int QUEUE = 1024;
    private static final SseEvent OPEN = SseEvent.builder().comment("open").build();
    private static final SseEvent TOO_SLOW =
            SseEvent.builder().comment("too slow").build();

    private final int burst;
    private final List<SseEvent> first = new ArrayList<>();
    private final Set<BlockingQueue<SseEvent>> queues = ConcurrentHashMap.newKeySet();
    private final WebServer server;
    private final Feed feed;
    private long seq;

    SinkServer(int port, Pace pace) {
        burst = pace.burst();
        feed = new Feed("sse-sink", pace, events -> events.forEach(this::publish));
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(port)
                .backlog(4096)
                .shutdownHook(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .routing(routing -> routing.get("/events/{topic}", this::stream))
                .build()
                .start();
    }

    @Override
    public int port() {
        return server.port();
    }

    private void publish(Event event) {
        SseEvent next = SseEvent.builder()
                .id(Baseline.id(seq))
                .data(Objects.requireNonNull(event.data()).toText())
                .build();
        if (seq++ < burst) {
            first.add(next);
            return;
        }
        queues.removeIf(queue -> overflows(queue, next));
    }

    private static boolean overflows(BlockingQueue<SseEvent> queue, SseEvent next) {
        if (queue.offer(next)) {
            return false;
        }
        queue.clear();
        queue.add(TOO_SLOW);
        return true;
    }

    private void stream(ServerRequest request, ServerResponse response) throws InterruptedException {
        long limit = Baseline.limit("?" + request.query().rawValue());
        try (SseSink sink = response.sink(SseSink.TYPE)) {
            sink.emit(OPEN);
            if (limit > 0 && burst > 0) {
                first.stream().limit(limit).forEach(sink::emit);
            } else {
                follow(sink, limit);
            }
        }
    }

    private void follow(SseSink sink, long limit) throws InterruptedException {
        BlockingQueue<SseEvent> queue = new ArrayBlockingQueue<>(QUEUE);
        queues.add(queue);
        try {
            for (long sent = 0; limit == 0 || sent < limit; sent++) {
                SseEvent next = queue.take();
                sink.emit(next);
                if (next.equals(TOO_SLOW)) {
                    return;
                }
            }
        } finally {
            queues.remove(queue);
        }
    }

    @Override
    public void close() {
        feed.close();
        server.stop();
    }
}
