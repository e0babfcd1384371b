/** Assembles everything: configuration, limits, access, drain, metrics, health, command line. */
@NullMarked
package dev.weir.server;

import org.jspecify.annotations.NullMarked;
