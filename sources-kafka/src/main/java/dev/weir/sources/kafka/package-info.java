/** Kafka topics as event sources, and publishing to them. */
@NullMarked
package dev.weir.sources.kafka;

import org.jspecify.annotations.NullMarked;
