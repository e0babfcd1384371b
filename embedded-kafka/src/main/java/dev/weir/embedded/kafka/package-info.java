/** A real Kafka broker in the process, for demos and tests. */
@NullMarked
package dev.weir.embedded.kafka;

import org.jspecify.annotations.NullMarked;
