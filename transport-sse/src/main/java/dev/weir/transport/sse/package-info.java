/** Server-sent events: a codec and a route. */
@NullMarked
package dev.weir.transport.sse;

import org.jspecify.annotations.NullMarked;
