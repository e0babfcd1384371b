package dev.weir.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.weir.Refusal;
import dev.weir.server.access.AccessLog;
import dev.weir.server.access.HttpAccess;
import dev.weir.server.config.Config;
import dev.weir.server.topics.Catalogue;
import dev.weir.transport.chunked.ChunkedService;
import dev.weir.transport.chunked.FileService;
import dev.weir.transport.http.HttpListener;
import dev.weir.transport.http.RequestBody;
import dev.weir.transport.http.StreamService;
import dev.weir.transport.http.UnreadBodies;
import dev.weir.transport.sse.SseService;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * HTTP: one listener with every route, or, with an admin port, a public one with neither console, health nor metrics and an
 * admin listener with all.
 */
public final class Web implements AutoCloseable {

    private static final String ADMIN = "admin";
    private static final Duration GRACE = Duration.ofMillis(200);

    /** Helidon's own limit for a body, far above the one for publishing, whose refusal says more. */
    private static final long LARGEST_BODY = 64 << 20;

    private final Config config;
    private final Catalogue catalogue;
    private final Health health;
    private final AccessLog log;
    private final Metrics metrics;
    private final String grpc;
    private final List<StreamService> streams = new ArrayList<>();
    private final List<FileService> folders = new ArrayList<>();
    private final Set<String> paths = new TreeSet<>();
    private final WebServer server;

    private Web(Config config, Catalogue catalogue, Health health, AccessLog log, String grpc) {
        this.config = config;
        this.catalogue = catalogue;
        this.health = health;
        this.log = log;
        this.metrics = new Metrics(catalogue, log);
        this.grpc = grpc;
        this.server = server();
    }

    /**
     * Opens the listeners. Blocks until connections are accepted.
     *
     * @param config addresses and limits
     * @param catalogue what is offered
     * @param health what is told of it
     * @param log takes an entry for each request
     * @param grpc where gRPC is served, for those who ask for topics
     * @return the listeners
     * @throws RuntimeException an address is taken or can't be used
     */
    public static Web start(Config config, Catalogue catalogue, Health health, AccessLog log, String grpc) {
        Web web = new Web(config, catalogue, health, log, grpc);
        try {
            web.server.start();
        } catch (RuntimeException failure) {
            web.close();
            throw failure;
        }
        return web;
    }

    /**
     * Where HTTP is served.
     *
     * @return the address, its port never 0
     */
    public InetSocketAddress address() {
        return new InetSocketAddress(address(config.listeners().bind()), server.port());
    }

    /**
     * Where the admin listener is, if there is one.
     *
     * @return the address, its port never 0
     */
    public Optional<InetSocketAddress> admin() {
        return config.listeners().admin().isEmpty()
                ? Optional.empty()
                : Optional.of(new InetSocketAddress(address(config.listeners().adminBind()), server.port(ADMIN)));
    }

    /**
     * Every path that a listener answers, with {@code {topic}} for a name.
     *
     * @return in order
     */
    public Set<String> paths() {
        return Collections.unmodifiableSet(paths);
    }

    /**
     * Refuses downloads from now on; those that are under way may finish. Returns at once.
     *
     * @param why what clients are told
     */
    public void drain(Refusal why) {
        folders.forEach(files -> files.stop(why));
    }

    /**
     * How many downloads are under way.
     *
     * @return 0 or more
     */
    public int downloads() {
        return folders.stream().mapToInt(FileService::downloads).sum();
    }

    /** Cuts the streams and downloads that are left and closes the listeners. Blocks a moment. Idempotent. */
    @Override
    public void close() {
        streams.forEach(StreamService::close);
        server.stop();
    }

    private WebServer server() {
        OptionalInt admin = config.listeners().admin();
        WebServerConfig.Builder builder = WebServer.builder().shutdownHook(false);
        listener(builder, config.listeners().bind(), config.listeners().http(), admin.isEmpty());
        if (admin.isPresent()) {
            builder.putSocket(
                    ADMIN,
                    listener(ListenerConfig.builder(), config.listeners().adminBind(), admin.getAsInt(), true)
                            .build());
        }
        return builder.build();
    }

    private <B extends ListenerConfig.BuilderBase<B, ?>> B listener(B builder, String bind, int port, boolean all) {
        InetAddress address = address(bind);
        HttpRouting.Builder routing = HttpRouting.builder();
        routing.addFilter(new UnreadBodies(RequestBody.WITHIN));
        routing.addFilter(new HttpAccess(log));
        routing.addFilter(new HostCheck(address.isLoopbackAddress(), config.hosts()));
        routes(routing, all);
        return HttpListener.tune(builder)
                .address(address)
                .port(port)
                .maxTcpConnections(connections())
                .maxPayloadSize(LARGEST_BODY)
                .contentEncoding(new RawBodies())
                .shutdownGracePeriod(GRACE)
                .addRouting(routing);
    }

    /**
     * A third of the process's file descriptors, because a listener that runs out of them stops for good; two thirds if it is the
     * only one. Further connections wait in the backlog.
     */
    private int connections() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.clamp(
                        system.getMaxFileDescriptorCount()
                                / 3
                                * (config.listeners().admin().isPresent() ? 1 : 2),
                        16,
                        Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }

    private void routes(HttpRouting.Builder routing, boolean all) {
        SseService sse = new SseService(catalogue);
        ChunkedService chunked = new ChunkedService(catalogue);
        streams.add(sse);
        streams.add(chunked);
        Routes routes = new Routes(routing);
        routes.streams("/events", sse);
        routes.streams("/streams", chunked);
        config.files().forEach((name, folder) -> {
            FileService files = new FileService(folder, config.limits().fileChunk(), StreamService.MAX_BOUNDED_STALL);
            folders.add(files);
            routes.files(name, files);
        });
        routes.get("/topics", new TopicsRoute(catalogue, config.publishable(), grpc));
        routes.post(
                "/topics/{topic}/events",
                new PublishRoute(catalogue, config.limits().maxBodyBytes(), RequestBody.WITHIN));
        Pages.descriptions(routes);
        if (all) {
            Pages.console(routes);
            health.routes(routes);
            metrics.routes(routes);
        }
        routes.rest();
        paths.addAll(routes.paths());
    }

    private static InetAddress address(String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException(bind + " is no address of this host", unknown);
        }
    }
}
