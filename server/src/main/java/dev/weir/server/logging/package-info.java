/** How log lines look. */
@NullMarked
package dev.weir.server.logging;

import org.jspecify.annotations.NullMarked;
