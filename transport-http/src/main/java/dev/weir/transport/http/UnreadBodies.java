package dev.weir.transport.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Duration;

/**
 * Passes over bodies that no route has read, before a connection serves its next request. Helidon would do that too, but wait for ever
 * for a client that sends nothing. It belongs before all other filters.
 */
public final class UnreadBodies implements Filter {

    private final Duration within;

    /** @param within how long such a body may take to come before the connection is closed */
    public UnreadBodies(Duration within) {
        this.within = within;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        chain.proceed();
        if (StreamService.hasBody(request) && !request.content().consumed()) {
            if (!request.continueSent()) {
                throw new CloseConnectionException("a body was not asked for, and may come or not");
            }
            RequestBody.skip(request, within);
        }
    }
}
