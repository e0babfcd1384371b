/** The same streams read from Java: a remote stream is an event source again. */
@NullMarked
package dev.weir.client;

import org.jspecify.annotations.NullMarked;
