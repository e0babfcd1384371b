/** The event-source API: what can be opened and read, and what a subscriber is told. */
@NullMarked
package dev.weir;

import org.jspecify.annotations.NullMarked;
