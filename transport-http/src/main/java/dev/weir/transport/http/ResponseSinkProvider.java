package dev.weir.transport.http;

import dev.weir.Bytes;
import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.util.function.BiConsumer;

/** Found by Helidon as a service; for {@link HttpWire} alone. */
public final class ResponseSinkProvider implements SinkProvider<Bytes> {

    /** For the service loader. */
    public ResponseSinkProvider() {}

    @Override
    public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
        return type.equals(ResponseSink.TYPE);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <X extends Sink<Bytes>> X create(SinkProviderContext context) {
        return (X) new ResponseSink(context);
    }

    @Override
    @Deprecated
    @SuppressWarnings({"removal", "TypeParameterUnusedInFormals"})
    public <X extends Sink<Bytes>> X create(
            ServerResponse response, BiConsumer<Object, MediaType> events, Runnable close) {
        throw new UnsupportedOperationException("replaced by create(SinkProviderContext)");
    }
}
