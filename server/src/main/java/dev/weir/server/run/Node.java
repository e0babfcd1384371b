package dev.weir.server.run;

import dev.weir.Code;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.server.access.AccessLog;
import dev.weir.server.access.GrpcAccess;
import dev.weir.server.config.Config;
import dev.weir.server.http.Health;
import dev.weir.server.http.Web;
import dev.weir.server.topics.Catalogue;
import dev.weir.server.topics.Cluster;
import dev.weir.transport.grpc.GrpcEndpoint;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.grpc.TopicsService;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One server, assembled: listeners, catalogue, access log, health. It listens before it has a cluster, so that both can start at the
 * same time; until {@link #serve} it refuses topics as unavailable.
 */
public final class Node implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Node.class.getName());
    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Duration TAKEN_WITHIN = Duration.ofMillis(1_300);

    private final Config config;
    private final Catalogue catalogue;
    private final Health health;
    private final AccessLog log;
    private final Web web;
    private final GrpcEndpoint grpc;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Node(Config config, Map<String, EventSource> offered) {
        this.config = config;
        catalogue = new Catalogue(
                config.names(), config.limits().maxEventBytes(), config.limits().streams());
        offered.forEach(catalogue::offer);
        health = new Health(catalogue);
        log = new AccessLog();
        Ports.requireFree(config.listeners());
        grpc = grpc();
        web = web();
    }

    /**
     * Opens the listeners. Blocks until connections are accepted.
     *
     * @param config what to offer and where
     * @param offered streams that are no topics, by names such as topics have: they are read under the limits and with the parameters
     *     of all streams, before there is a cluster as well
     * @return a server without a cluster
     * @throws IllegalArgumentException a name that no topic may have, or that one has
     * @throws CannotStart a port is taken, or an address is none of this host
     */
    public static Node listen(Config config, Map<String, EventSource> offered) {
        return new Node(config, offered);
    }

    private GrpcEndpoint grpc() {
        InetSocketAddress address = new InetSocketAddress(
                config.listeners().bind(), config.listeners().grpc());
        try {
            return new GrpcTransport()
                    .open(
                            catalogue,
                            address,
                            host -> host.addService(new TopicsService(catalogue, catalogue::partitions))
                                    .intercept(new GrpcAccess(log)));
        } catch (IOException taken) {
            catalogue.close();
            throw new CannotStart(taken.getMessage() + "; choose another --grpc-port");
        }
    }

    private Web web() {
        try {
            return Web.start(config, catalogue, health, log, Ready.address(grpc.address()));
        } catch (RuntimeException taken) {
            grpc.close();
            catalogue.close();
            Ports.requireFree(config.listeners());
            throw new CannotStart(
                    "cannot listen for HTTP: " + taken.getMessage() + "; choose another --http-port or --admin-port");
        }
    }

    /**
     * Offers the topics, and keeps the access log from here on.
     *
     * @param cluster where the topics live; not closed by this
     */
    public void serve(Cluster cluster) {
        catalogue.attach(cluster);
        config.accessTopic().ifPresent(topic -> log.writeTo(batch -> cluster.publish(topic, batch)));
        health.started();
    }

    /**
     * Where it can be reached.
     *
     * @param kafka the brokers' addresses
     * @return these and its own
     */
    public Ready ready(String kafka) {
        return Ready.of(web.address(), grpc.address(), kafka, web.admin());
    }

    /**
     * Every path that HTTP answers, with {@code {topic}} for a name.
     *
     * @return in order
     */
    public Set<String> routes() {
        return web.paths();
    }

    private int underWay() {
        return catalogue.open() + web.downloads();
    }

    /**
     * Ends the server: readiness first, then live streams get their stop, one after another over the time of the configuration, and
     * downloads and streams with an end of their own may finish; then what is left is stopped, and cut. Blocks until then, a few
     * seconds more at the most. The cluster is the caller's to close. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        health.draining();
        grpc.drain();
        catalogue.drain(COME_BACK, config.drain());
        web.drain(new Refusal(Code.SHUTDOWN, "the server is shutting down", COME_BACK));
        long end = System.nanoTime() + config.drain().plus(TAKEN_WITHIN).toNanos();
        while (underWay() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(this, 5_000_000);
        }
        if (underWay() > 0) {
            LOG.log(Level.INFO, "{0} streams and {1} downloads are cut", catalogue.open(), web.downloads());
        }
        web.close();
        try {
            grpc.close();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the gRPC listener was not closed", failure);
        }
        log.close();
        catalogue.close();
    }
}
