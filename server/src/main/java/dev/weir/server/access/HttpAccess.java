package dev.weir.server.access;

import dev.weir.server.access.AccessEntry.What;
import dev.weir.transport.http.HandedOver;
import dev.weir.transport.http.ResponseBody;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Logs every HTTP request when it ends, and a stream also when it begins. */
public final class HttpAccess implements Filter {

    private static final Pattern STREAM = Pattern.compile("/(events|streams)(/|$)");
    private static final Set<Method> STREAMED = Set.of(Method.GET, Method.POST);

    private final AccessLog log;

    /**
     * A filter; it belongs before all others that answer.
     *
     * @param log takes the entries
     */
    public HttpAccess(AccessLog log) {
        this.log = log;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        long start = System.nanoTime();
        String path = request.path().rawPath();
        boolean stream = STREAM.matcher(path).lookingAt()
                && STREAMED.contains(request.prologue().method());
        AccessEntry begun = new AccessEntry(
                What.OPENED,
                "http",
                request.prologue().method().text(),
                path,
                host(request.remotePeer().address()),
                OptionalInt.empty(),
                Duration.ZERO,
                OptionalLong.empty());
        if (stream) {
            log.add(begun);
        }
        boolean handedOver = false;
        try {
            chain.proceed();
        } catch (HandedOver later) {
            handedOver = true;
            int status = response.status().code();
            later.whenEnded(() -> log.add(begun.ended(What.CLOSED, status, since(start), OptionalLong.empty())));
            throw later;
        } finally {
            if (!handedOver) {
                log.add(begun.ended(
                        stream ? What.CLOSED : What.REQUEST,
                        response.status().code(),
                        since(start),
                        stream ? OptionalLong.empty() : OptionalLong.of(bytes(request, response))));
            }
        }
    }

    private static long bytes(RoutingRequest request, RoutingResponse response) {
        return request.context()
                .get(ResponseBody.class)
                .map(ResponseBody::written)
                .orElseGet(response::bytesWritten);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static String host(SocketAddress peer) {
        return peer instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : peer.toString();
    }
}
