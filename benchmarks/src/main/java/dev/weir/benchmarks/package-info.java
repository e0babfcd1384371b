/** JMH suites, the load rig and the memory rig. */
@NullMarked
package dev.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
