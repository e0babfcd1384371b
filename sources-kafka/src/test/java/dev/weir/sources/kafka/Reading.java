package dev.weir.sources.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.tck.Stage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A cursor read by the test's thread, which parks until it is woken. */
record Reading(Cursor cursor, Semaphore wakes) implements AutoCloseable {

    static final Caller CALLER = Caller.at(new InetSocketAddress(0));

    static Reading open(KafkaCluster node, String topic, String query) {
        Cursor cursor = node.topic(topic).open(Subscription.parse(topic + "?" + query, Bytes.EMPTY, CALLER));
        Semaphore wakes = new Semaphore(0);
        cursor.onReady(wakes::release);
        return new Reading(cursor, wakes);
    }

    Signal next() throws InterruptedException {
        for (Signal signal = cursor.poll(); ; signal = cursor.poll()) {
            if (signal != null) {
                return signal;
            }
            assertThat(wakes.tryAcquire(15, TimeUnit.SECONDS)).as("a wake").isTrue();
            wakes.drainPermits();
        }
    }

    List<Integer> numbers(int count) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        while (numbers.size() < count) {
            Signal signal = next();
            assertThat(signal.last()).as("the end of the stream: %s", signal).isFalse();
            if (signal instanceof Event event) {
                numbers.add(Integer.parseInt(Stage.text(event)));
            }
        }
        return numbers;
    }

    /** The numbers up to the last signal, which is not among them. */
    List<Integer> rest() throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        for (Signal signal = next(); !signal.last(); signal = next()) {
            if (signal instanceof Event event) {
                numbers.add(Integer.parseInt(Stage.text(event)));
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
