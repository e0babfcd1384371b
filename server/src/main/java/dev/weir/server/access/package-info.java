/** The access log as a topic: who asked for what, how it ended. */
@NullMarked
package dev.weir.server.access;

import org.jspecify.annotations.NullMarked;
