/** Chunked HTTP: NDJSON, JSON-seq, CSV, text and bytes. */
@NullMarked
package dev.weir.transport.chunked;

import org.jspecify.annotations.NullMarked;
