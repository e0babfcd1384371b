package dev.weir.transport.http;

import dev.weir.Bytes;
import io.helidon.common.GenericType;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProviderContext;

/** What Helidon gives to sinks alone: sending the headers before there is a body, and ending the body before the handler returns. */
final class ResponseSink implements Sink<Bytes> {

    static final GenericType<ResponseSink> TYPE = GenericType.create(ResponseSink.class);

    private final SinkProviderContext context;

    ResponseSink(SinkProviderContext context) {
        this.context = context;
    }

    void flushHeaders() {
        context.flushHeaders();
    }

    @Override
    public ResponseSink emit(Bytes frame) {
        throw new UnsupportedOperationException("frames go to the output stream of the response");
    }

    /** Sends the terminating chunk. */
    @Override
    public void close() {
        context.closeRunnable().run();
    }
}
