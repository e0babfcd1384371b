/** gRPC server streaming; owns the protocol definition. */
@NullMarked
package dev.weir.transport.grpc;

import org.jspecify.annotations.NullMarked;
