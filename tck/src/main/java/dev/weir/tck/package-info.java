/**
 * The contract as a library of tests. A transport implements {@link dev.weir.tck.TransportContract}, a source {@link
 * dev.weir.tck.SourceContract}; both give a harness and nothing else. The loopback transport, on which the kit is proven, is here.
 */
@NullMarked
package dev.weir.tck;

import org.jspecify.annotations.NullMarked;
