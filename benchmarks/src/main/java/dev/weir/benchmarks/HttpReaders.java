package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Server-sent events and NDJSON: each subscriber has a connection, and a few threads with a selector read them all. */
final class HttpReaders implements Readers {

    private final List<HttpLoop> loops = new ArrayList<>();
    private int next;

    HttpReaders(Plan plan, Tally tally) {
        InetSocketAddress server =
                new InetSocketAddress(plan.server().getHost(), plan.server().getPort());
        for (int i = 0; i < plan.threads(); i++) {
            loops.add(new HttpLoop(plan, server, tally, plan.via() == Via.SSE ? new SseBlocks() : new NdjsonLines()));
        }
    }

    @Override
    public void open(Subscriber subscriber) {
        loops.get(next++ % loops.size()).open(subscriber);
    }

    @Override
    public void storm() {
        loops.forEach(HttpLoop::storm);
    }

    @Override
    public void close() {
        loops.forEach(HttpLoop::close);
    }
}
