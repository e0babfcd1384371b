package dev.weir.tck;

import dev.weir.Bytes;
import dev.weir.Endpoint;
import dev.weir.EventSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** The loopback under test; sources are tested through it as well. */
public class LoopbackHarness implements TransportHarness {

    private final Loopback loopback;

    /** A harness without state. */
    public LoopbackHarness() {
        this(new Loopback());
    }

    LoopbackHarness(Loopback loopback) {
        this.loopback = loopback;
    }

    @Override
    public String name() {
        return loopback.name();
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return loopback.open(source, new InetSocketAddress(0));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) {
        return loopback.open(source, maxWriteStall);
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        Loopback.Connection connection = Loopback.connect(address, nameAndQuery, headers);
        Reception reception = new Reception(connection.position(), connection);
        Thread.ofVirtual().name("loopback-client").start(() -> read(connection, reception));
        return reception;
    }

    private static void read(Loopback.Connection connection, Reception reception) {
        try {
            for (Bytes frame = connection.take(); frame.length() > 0; frame = connection.take()) {
                reception.received(LoopbackCodec.decode(frame));
            }
            reception.ended(connection.complete());
        } catch (InterruptedException stopped) {
            reception.ended(false);
        }
    }
}
