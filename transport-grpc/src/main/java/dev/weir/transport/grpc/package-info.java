/**
 * Events over gRPC server streaming, on grpc-netty. Owns the protocol: {@code weir/v1/streams.proto}, from which {@code
 * dev.weir.transport.grpc.v1} is generated.
 *
 * <p>{@link dev.weir.transport.grpc.GrpcTransport} opens a listener of its own or joins a server that an application has. A
 * stream's events are encoded once for all subscribers and sent by one pump that never waits for any of them.
 */
@NullMarked
package dev.weir.transport.grpc;

import org.jspecify.annotations.NullMarked;
