/**
 * Chunked HTTP on Helidon WebServer: lines of JSON (NDJSON), JSON text sequences, tables, text and raw bytes. {@link
 * dev.weir.transport.chunked.ChunkedTransport} with a listener of its own, {@link dev.weir.transport.chunked.ChunkedService} on a
 * listener of the application's, and {@link dev.weir.transport.chunked.FileService} for files beside them.
 */
@NullMarked
package dev.weir.transport.chunked;

import org.jspecify.annotations.NullMarked;
