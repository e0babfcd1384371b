/**
 * Assembles everything. {@link dev.weir.server.Weir} is the entry, {@code cli} reads the command line, {@code run} puts a server
 * together from {@code config}, {@code topics}, {@code http} and {@code access}; {@code demo} adds a broker and topics of its own.
 */
@NullMarked
package dev.weir.server;

import org.jspecify.annotations.NullMarked;
