package dev.weir.server.http;

import io.helidon.http.Headers;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.encoding.ContentEncodingContextConfig;

/**
 * Leaves encoded bodies as they are, so that the route can refuse them (415). Helidon without decoders would answer 400 to any
 * Content-Encoding before a route is asked.
 */
final class RawBodies implements ContentEncodingContext {

    private final ContentEncodingContext none = ContentEncodingContext.create(ContentEncodingContextConfig.builder()
            .contentEncodingsDiscoverServices(false)
            .buildPrototype());

    @Override
    public boolean contentEncodingEnabled() {
        return none.contentEncodingEnabled();
    }

    @Override
    public boolean contentDecodingEnabled() {
        return true;
    }

    @Override
    public boolean contentEncodingSupported(String encoding) {
        return none.contentEncodingSupported(encoding);
    }

    @Override
    public boolean contentDecodingSupported(String encoding) {
        return true;
    }

    @Override
    public ContentEncoder encoder(String encoding) {
        return none.encoder(encoding);
    }

    @Override
    public ContentDecoder decoder(String encoding) {
        return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder(Headers headers) {
        return none.encoder(headers);
    }

    @Override
    public ContentEncodingContextConfig prototype() {
        return none.prototype();
    }
}
