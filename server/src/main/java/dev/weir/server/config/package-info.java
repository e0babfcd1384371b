/** What a server is told before it starts: a file, and the command line over it. */
@NullMarked
package dev.weir.server.config;

import org.jspecify.annotations.NullMarked;
