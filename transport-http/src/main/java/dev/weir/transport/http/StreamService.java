package dev.weir.transport.http;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Deliveries;
import dev.weir.Delivery;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Subscription;
import dev.weir.Wire;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Streams of a source under {@code GET /{topic}}, and of several under {@code GET /?topic=...&topic=...}: the routes that the HTTP
 * transports have in common. POST is answered as GET is, and may have a body for the source. HEAD answers what GET would, without a
 * body; OPTIONS tells the methods; all others are 405.
 *
 * <p>Once its head is sent a stream is handed over to a loop that writes for all of them, and its handler ends with {@link
 * HandedOver}. With TLS, or on a listener that {@link HttpListener#tune} has not set up, the connection's thread carries it to its
 * end. A client that takes nothing for the longest stall is cut, for bounded streams after ten times as long. (HTTP semantics: RFC
 * 9110; HTTP/1.1: RFC 9112.)
 */
public abstract class StreamService implements HttpService, AutoCloseable {

    /** How long a client of a live stream may take nothing before it is cut. */
    public static final Duration MAX_WRITE_STALL = Duration.ofSeconds(30);

    /** How long a client of a stream that has an end may take nothing before it is cut. */
    public static final Duration MAX_BOUNDED_STALL = MAX_WRITE_STALL.multipliedBy(Deliveries.BOUNDED_PATIENCE);

    static final String METHODS = "GET, POST, HEAD, OPTIONS";

    private final EventSource source;
    private final Deliveries deliveries;
    private final List<WriterLoop> writers;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * Starts the watchdog; {@link #close} ends it.
     *
     * @param name names its thread
     * @param source what clients may open
     * @param maxWriteStall how long a client of a live stream may take nothing
     */
    protected StreamService(String name, EventSource source, Duration maxWriteStall) {
        this.source = subscription -> source.open(subscription.without(Set.of(Compression.PARAMETER)));
        deliveries = new Deliveries(name, maxWriteStall);
        int count = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
        writers = IntStream.range(0, count)
                .mapToObj(n -> new WriterLoop("weir-" + name + "-writer-" + n))
                .toList();
    }

    /**
     * The media types offered, without parameters, the preferred one first. Never blocks.
     *
     * @return one or more
     */
    protected abstract List<String> mediaTypes();

    /**
     * The codec for a request. Never blocks; any thread, once for each request.
     *
     * @param subscription what was asked for
     * @param mediaType the one of {@link #mediaTypes} that was named, or that the client likes best
     * @return an instance shared by all who ask for the same
     * @throws Refusal bad-request: an option that this format does not have
     */
    protected abstract Codec codec(Subscription subscription, String mediaType);

    /**
     * The media type that a request names itself, which the client need not accept as well. Never blocks; any thread, once for each
     * request.
     *
     * @param subscription what was asked for
     * @return one of {@link #mediaTypes}, or empty: the client's {@code Accept} decides
     * @throws Refusal bad-request: there is no such format
     */
    protected Optional<String> named(Subscription subscription) {
        return Optional.empty();
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any("/", this::handle).any("/{topic}", this::handle);
    }

    /**
     * How many streams are open.
     *
     * @return 0 or more
     */
    public int streams() {
        return deliveries.count();
    }

    /**
     * Cuts every stream, those still to come included. Blocks until they have ended, five seconds at the most. Any thread,
     * idempotent. To be called before the server stops, which otherwise waits for them.
     */
    @Override
    public void close() {
        deliveries.close();
        writers.forEach(WriterLoop::close);
    }

    @Override
    public void afterStop() {
        close();
    }

    private void handle(ServerRequest request, ServerResponse response) {
        Method method = request.prologue().method();
        if (isLast(request)) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        boolean gzip = Compression.asked(request);
        HttpWire wire = new HttpWire(response, method.equals(Method.HEAD), Trailers.asked(request), gzip);
        boolean another = true;
        try {
            if (method.equals(Method.OPTIONS)) {
                wire.allow();
            } else if (method.equals(Method.GET) || method.equals(Method.POST)) {
                another = gzip ? write(request, wire, source) : stream(request, wire);
            } else if (method.equals(Method.HEAD)) {
                another = write(request, wire, HeadCursor.of(source));
            } else {
                wire.refuse(new Refusal(Code.METHOD, method.text() + ": allowed are " + METHODS));
            }
        } catch (IOException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        } finally {
            wire.release();
        }
        if (!another || isLast(request)) {
            throw new CloseConnectionException("the stream has ended, and its connection");
        }
    }

    /** A writer's work if it may have the channel, otherwise this thread's. False: the connection can't be used again. */
    private boolean stream(ServerRequest request, HttpWire response) throws IOException {
        StreamConnection connection = StreamConnections.of(request);
        if (connection == null || isEncoded(request)) {
            return write(request, response, source);
        }
        WriterLoop writer = writers.get(Math.floorMod(turn.getAndIncrement(), writers.size()));
        ChannelWire wire = new ChannelWire(
                response, connection.channel(), writer, isLast(request), Trailers.asked(request), deliveries);
        Delivery delivery = delivery(request, source, wire);
        wire.carries(delivery);
        HandedOver stream = new HandedOver(wire);
        stream.whenEnded(() -> deliveries.remove(delivery));
        deliveries.add(delivery);
        try {
            delivery.start(() -> asked(request), writer);
        } catch (IOException | RuntimeException gone) {
            deliveries.remove(delivery);
            throw gone;
        }
        if (wire.opened()) {
            throw stream;
        }
        return stream.await();
    }

    private boolean write(ServerRequest request, HttpWire wire, EventSource opened) throws IOException {
        Delivery delivery = delivery(request, opened, wire);
        deliveries.add(delivery);
        try {
            delivery.run(() -> asked(request));
            return !wire.cut();
        } finally {
            deliveries.remove(delivery);
        }
    }

    private Delivery delivery(ServerRequest request, EventSource opened, Wire wire) {
        List<String> accepted = request.headers().values(HeaderNames.ACCEPT);
        return new Delivery(
                opened,
                subscription -> {
                    Compression.check(subscription);
                    return codec(
                            subscription, named(subscription).orElseGet(() -> Accept.choose(mediaTypes(), accepted)));
                },
                wire);
    }

    private Subscription asked(ServerRequest request) {
        return subscription(request, deliveries.patience(true));
    }

    /** Whether the body may be compressed on its way through the response. */
    static boolean isEncoded(ServerRequest request) {
        return request.headers().contains(HeaderNames.ACCEPT_ENCODING)
                && request.listenerContext().contentEncodingContext().contentEncodingEnabled();
    }

    private static boolean isLast(ServerRequest request) {
        return hasBody(request) || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    }

    /**
     * What a request asks for: the last segment of its path is the name, the query has the parameters, and a POST may have a body
     * of up to 1 MiB. Blocks until the body has come, {@link RequestBody#WITHIN} at the most.
     *
     * @param request a request whose body has not been read
     * @return the subscription
     * @throws Refusal bad-request, conflict or too-large, naming the parameter and what is allowed
     */
    public static Subscription subscription(ServerRequest request) {
        return subscription(request, RequestBody.WITHIN);
    }

    private static Subscription subscription(ServerRequest request, Duration within) {
        Bytes body = hasBody(request) ? body(request, within) : Bytes.EMPTY;
        String path = rawPath(request);
        Caller caller = new Caller(
                request.remotePeer().address(),
                name -> request.headers().first(HeaderNames.create(name)).orElse(null),
                Optional.empty());
        return Subscription.parse(
                path.substring(path.lastIndexOf('/') + 1) + "?"
                        + request.query().rawValue(),
                body,
                caller);
    }

    /** As it was sent, since the path that a route is told is decoded loosely; empty where the route has no name in it. */
    private static String rawPath(ServerRequest request) {
        return request.path().path().length() > 1 ? request.prologue().uriPath().rawPathNoParams() : "";
    }

    /** No more of it than shows that it is too large. */
    private static Bytes body(ServerRequest request, Duration within) {
        Method method = request.prologue().method();
        if (!method.equals(Method.POST)) {
            throw new Refusal(Code.BAD_REQUEST, "body: a " + method.text() + " has none here");
        }
        if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
            throw new Refusal(Code.UNSUPPORTED, "Content-Encoding: none is accepted; send the body as it is");
        }
        try {
            return Bytes.owned(RequestBody.read(request, Subscription.MAX_BODY + 1, within));
        } catch (IOException cut) {
            throw new Refusal(Code.BAD_REQUEST, "body: it ended early or is malformed");
        }
    }

    static boolean hasBody(ServerRequest request) {
        return request.headers().contains(HeaderNames.TRANSFER_ENCODING)
                || request.headers().contentLength().orElse(0) > 0;
    }
}
