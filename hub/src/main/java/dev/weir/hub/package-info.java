/** The engine: shared topic logs, cursors, wake-ups, and topics within the process. */
@NullMarked
package dev.weir.hub;

import org.jspecify.annotations.NullMarked;
