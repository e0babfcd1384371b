/**
 * One event-source API for interchangeable transports. A transport opens an {@link dev.weir.EventSource} with a {@link
 * dev.weir.Subscription} and lets a {@link dev.weir.Delivery} carry what the {@link dev.weir.Cursor} gives, encoded by a {@link
 * dev.weir.Codec}, to its {@link dev.weir.Wire}.
 */
@NullMarked
package dev.weir;

import org.jspecify.annotations.NullMarked;
