/** What the HTTP transports share: requests, refusals, the wire, the hand-off. */
@NullMarked
package dev.weir.transport.http;

import org.jspecify.annotations.NullMarked;
