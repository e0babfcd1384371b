/**
 * The same streams read from Java: a remote stream is an event source again, over server-sent events, lines of JSON or gRPC.
 *
 * <p>{@link dev.weir.client.RemoteSource} is the way in; {@link dev.weir.client.HttpPublisher} publishes. A stream's connection is
 * read by a virtual thread of its own, no further ahead than 64 KiB and one event. Nothing comes back by itself: a stream whose
 * connection breaks ends with a stop that holds the last id, and whoever opened it decides.
 */
@NullMarked
package dev.weir.client;

import org.jspecify.annotations.NullMarked;
