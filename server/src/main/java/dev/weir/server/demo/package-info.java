/** The demo: a broker of its own and topics that tell of real things. */
@NullMarked
package dev.weir.server.demo;

import org.jspecify.annotations.NullMarked;
