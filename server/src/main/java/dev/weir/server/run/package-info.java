/** A server as a process: assembly, start, readiness, the end. */
@NullMarked
package dev.weir.server.run;

import org.jspecify.annotations.NullMarked;
