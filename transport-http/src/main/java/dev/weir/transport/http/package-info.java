/**
 * What the HTTP transports share on Helidon WebServer: from a request to a {@link dev.weir.Subscription}, refusals as problem
 * details (RFC 9457), the wire over a response's output stream, JSON of signals, and the settings of a listener.
 *
 * <p>A transport is a {@link dev.weir.transport.http.StreamService} with codecs of its own.
 */
@NullMarked
package dev.weir.transport.http;

import org.jspecify.annotations.NullMarked;
