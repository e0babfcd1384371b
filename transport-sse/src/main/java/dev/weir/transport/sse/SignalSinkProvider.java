package dev.weir.transport.sse;

import dev.weir.Signal;
import dev.weir.transport.http.HttpWire;
import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/** Found by Helidon as a service when a handler asks for a {@link SignalSink}. */
public final class SignalSinkProvider implements SinkProvider<Signal> {

    /** For the service loader. */
    public SignalSinkProvider() {}

    @Override
    public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
        return type.equals(SignalSink.TYPE) && request.headers().isAccepted(MediaTypes.TEXT_EVENT_STREAM);
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <X extends Sink<Signal>> X create(SinkProviderContext context) {
        try {
            return (X) new SignalSink(new HttpWire(context.serverResponse(), false));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    @Deprecated
    @SuppressWarnings({"removal", "TypeParameterUnusedInFormals"})
    public <X extends Sink<Signal>> X create(
            ServerResponse response, BiConsumer<Object, MediaType> events, Runnable close) {
        throw new UnsupportedOperationException("replaced by create(SinkProviderContext)");
    }
}
