package dev.weir.transport.sse;

import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.tck.TransportContract;
import dev.weir.tck.TransportHarness;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.http.StreamService;
import io.helidon.webserver.WebServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** On a listener with connection options of its own, where each connection's thread writes to its client. */
@Tag("faults")
class OtherListenerContractTest implements TransportContract {

    @Override
    public TransportHarness harness() {
        return new SseHarness() {
            @Override
            public Endpoint open(EventSource source) {
                return open(source, StreamService.MAX_WRITE_STALL);
            }

            @Override
            public Endpoint open(EventSource source, Duration maxWriteStall) {
                return new OtherListener(new SseService(source, maxWriteStall));
            }
        };
    }

    private static final class OtherListener implements Endpoint {

        private final SseService service;
        private final WebServer server;

        OtherListener(SseService service) {
            this.service = service;
            server = HttpListener.tune(WebServer.builder())
                    .connectionOptions(options -> options.tcpNoDelay(true).socketSendBufferSize(64 << 10))
                    .host("127.0.0.1")
                    .shutdownHook(false)
                    .shutdownGracePeriod(Duration.ofMillis(100))
                    .routing(routing -> routing.register("/events", service))
                    .build()
                    .start();
        }

        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        }

        @Override
        public void close() {
            service.close();
            server.stop();
        }
    }
}
