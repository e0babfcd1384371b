/**
 * A real Kafka broker for the demo and for tests: {@link dev.weir.embedded.kafka.EmbeddedKafka} runs it inside this JVM,
 * {@link dev.weir.embedded.kafka.ChildKafka} as a child process that can be paused, killed and started again. Both are
 * a {@link dev.weir.embedded.kafka.Broker} and keep their data in a directory that outlives them.
 *
 * <p>One node, no replication, no security by default, loopback only: this is not a way to run Kafka in production.
 */
@NullMarked
package dev.weir.embedded.kafka;

import org.jspecify.annotations.NullMarked;
