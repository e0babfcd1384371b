/**
 * Chunked HTTP on Helidon WebServer: lines of JSON (NDJSON). {@link dev.weir.transport.chunked.ChunkedTransport} with a listener of its
 * own, {@link dev.weir.transport.chunked.ChunkedService} on a listener of the application's.
 */
@NullMarked
package dev.weir.transport.chunked;

import org.jspecify.annotations.NullMarked;
