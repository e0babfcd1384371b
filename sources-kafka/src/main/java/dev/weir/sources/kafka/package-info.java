/**
 * Kafka topics as event sources. {@link dev.weir.sources.kafka.KafkaCluster} is the only door: {@code cluster.topic("orders")} is a
 * source, {@code cluster.publish(...)} appends.
 */
@NullMarked
package dev.weir.sources.kafka;

import org.jspecify.annotations.NullMarked;
