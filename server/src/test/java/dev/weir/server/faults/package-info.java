/**
 * The fault kit and the experiments: a server and a broker as processes of their own, producers and subscribers that keep
 * a record of everything, faults between them, and a checker that reads the records afterwards.
 */
@NullMarked
package dev.weir.server.faults;

import org.jspecify.annotations.NullMarked;
