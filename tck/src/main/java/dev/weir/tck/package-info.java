/** The contract as a library of tests, with the loopback transport it is proven on. */
@NullMarked
package dev.weir.tck;

import org.jspecify.annotations.NullMarked;
