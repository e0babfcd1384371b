/**
 * The engine: the shared log of a topic, its cursors and their wake-ups, positions and their ids, and topics that live in the
 * process.
 */
@NullMarked
package dev.weir.hub;

import org.jspecify.annotations.NullMarked;
