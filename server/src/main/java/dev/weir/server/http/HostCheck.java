package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.transport.http.Problem;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps strangers' web pages away from a listener that people open in a browser: on a loopback address only the names of this host
 * are answered (a foreign name that points here is refused with 421), and nothing is published on behalf of a page of another
 * origin (403).
 */
final class HostCheck implements Filter {

    private static final HeaderName SEC_FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");

    private static final Problem MISDIRECTED = new Problem(
            Status.create(421, "Misdirected Request"),
            Code.BAD_REQUEST,
            "Host: this server does not go by that name; add it to hosts in the configuration",
            Duration.ZERO);

    private final boolean checked;
    private final Set<String> names;

    /**
     * @param loopback whether the listener is bound to a loopback address
     * @param more names that are allowed too
     */
    HostCheck(boolean loopback, Set<String> more) {
        checked = loopback;
        names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
        more.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        String host = request.headers().first(HeaderNames.HOST).orElse("");
        if (checked && !names.contains(name(host))) {
            MISDIRECTED.send(response);
        } else if (request.prologue().method().equals(Method.POST) && foreign(request, host)) {
            Problem.of(new Refusal(Code.FORBIDDEN, "Origin: pages of other origins may not post here"))
                    .send(response);
        } else {
            chain.proceed();
        }
    }

    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        return (colon > host.lastIndexOf(']') ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    }

    private static boolean foreign(RoutingRequest request, String host) {
        String site = request.headers().first(SEC_FETCH_SITE).orElse("none");
        String origin = request.headers().first(HeaderNames.ORIGIN).orElse("");
        return !(site.equals("same-origin") || site.equals("none"))
                || !(origin.isEmpty() || origin.equals("http://" + host) || origin.equals("https://" + host));
    }
}
