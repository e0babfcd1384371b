/**
 * Server-sent events (WHATWG HTML, section 9.2) on Helidon WebServer: {@link dev.weir.transport.sse.SseTransport} with a listener of
 * its own, {@link dev.weir.transport.sse.SseService} on a listener of the application's, {@link
 * dev.weir.transport.sse.SignalSink} for a handler that makes its events itself.
 */
@NullMarked
package dev.weir.transport.sse;

import org.jspecify.annotations.NullMarked;
