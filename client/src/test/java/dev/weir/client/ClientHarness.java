package dev.weir.client;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.Transport;
import dev.weir.tck.Reception;
import dev.weir.tck.TransportHarness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** A transport under the contract, with this module's client in front. */
final class ClientHarness implements TransportHarness {

    private final Function<Duration, Transport> transport;
    private final RemoteSource.Via via;
    private final List<RemoteSource> open = new ArrayList<>();

    ClientHarness(Function<Duration, Transport> transport, RemoteSource.Via via) {
        this.transport = transport;
        this.via = via;
    }

    @Override
    public String name() {
        return via.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return open(source, Duration.ofSeconds(30));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        return transport.apply(maxWriteStall).open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers) {
        if (open.isEmpty()) {
            open.add(RemoteSource.of(via, URI.create("http://127.0.0.1:" + address.getPort())));
        }
        Caller caller = new Caller(address, headers::get, Optional.empty());
        Cursor cursor = open.get(0).open(Subscription.parse(nameAndQuery, Bytes.EMPTY, caller));
        AtomicBoolean closed = new AtomicBoolean();
        Reception[] reception = new Reception[1];
        Thread reading = Thread.ofVirtual().unstarted(() -> read(cursor, closed, reception[0]));
        reception[0] = new Reception(cursor.position(), () -> {
            closed.set(true);
            LockSupport.unpark(reading);
        });
        reception[0].received(new Signal.Open(cursor.position(), cursor.columns()));
        reading.start();
        return reception[0];
    }

    private static void read(Cursor cursor, AtomicBoolean closed, Reception reception) {
        Thread self = Thread.currentThread();
        cursor.onReady(() -> LockSupport.unpark(self));
        boolean complete = false;
        boolean over = false;
        while (!over && !closed.get()) {
            Signal signal = cursor.poll();
            if (signal == null) {
                LockSupport.park();
            } else {
                reception.received(signal);
                over = signal.last();
                complete = signal instanceof Signal.End;
            }
        }
        cursor.close();
        reception.ended(complete);
    }

    @Override
    public Map<String, String> waivers() {
        return Map.of("i3_", "the clients send no credentials");
    }

    @Override
    public void close() {
        open.forEach(RemoteSource::close);
    }
}
