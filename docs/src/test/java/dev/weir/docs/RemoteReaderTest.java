package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.client.Reading;
import dev.weir.client.RemoteSource;
import dev.weir.hub.Topic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemoteReaderTest {

    /** Asks for as much as there is. */
    private record Greedy(Queue<Event> seen) implements Flow.Subscriber<Signal> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Signal signal) {
            if (signal instanceof Event event) {
                seen.add(event);
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @Test
    void aServerIsReadInFourWays() throws Exception {
        Queue<Event> seen = new ConcurrentLinkedQueue<>();
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Topic topic = new Topic("orders");
                Sources sources = new Sources().register("orders", topic);
                Endpoint endpoint = Embedding.serve("sse", sources, local);
                RemoteSource remote = RemoteSource.of(
                        RemoteSource.Via.SSE,
                        URI.create("http://127.0.0.1:" + endpoint.address().getPort()))) {
            EventSource lasting = RemoteReader.lasting(remote);
            try (Reading listening = RemoteReader.listen(lasting, "orders", seen::add);
                    Sources fed = RemoteReader.feed(lasting, "orders");
                    Reading relayed = RemoteReader.listen(fed, "orders", seen::add)) {
                RemoteReader.flow(lasting, "orders").subscribe(new Greedy(seen));
                Thread.ofVirtual().start(() -> RemoteReader.follow(lasting, "orders", seen::add));
                await().until(() -> sources.open() == 4);
                topic.publish(Event.of(null, "one"));
                await().until(() -> seen.size() == 4);
                assertThat(seen)
                        .allSatisfy(event -> assertThat(event.data().toText()).isEqualTo("one"));
            }
        }
    }
}
