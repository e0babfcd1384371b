/**
 * The same streams read from Java: a remote stream is an event source again, over server-sent events, lines of JSON or gRPC.
 *
 * <p>{@link dev.weir.client.RemoteSource} is the way in, {@link dev.weir.client.ReconnectingSource} around it comes back by itself.
 * Read either with {@link dev.weir.client.Reading} (a listener), {@link dev.weir.client.Signals} (a loop) or
 * {@link dev.weir.SignalPublisher} ({@code Flow}); {@link dev.weir.client.HttpPublisher} publishes. A stream's connection is read by
 * a virtual thread of its own, no further ahead than 64 KiB and one event.
 */
@NullMarked
package dev.weir.client;

import org.jspecify.annotations.NullMarked;
