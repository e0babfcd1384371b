package dev.weir;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.AfterMethod;

/** Reactive Streams 1.0.4, the rules for subscribers. A thread polls the cursor as a delivery would. */
public class PublishedCursorTest extends FlowSubscriberBlackboxVerification<Signal> {

    private final AtomicReference<Thread> polling = new AtomicReference<>();

    public PublishedCursorTest() {
        super(new TestEnvironment(1_000, 100));
    }

    @Override
    public Flow.Subscriber<Signal> createFlowSubscriber() {
        PublishedCursor cursor = new PublishedCursor();
        polling.set(Thread.ofVirtual().start(() -> poll(cursor)));
        return cursor;
    }

    private static void poll(PublishedCursor cursor) {
        Thread self = Thread.currentThread();
        cursor.onReady(() -> LockSupport.unpark(self));
        boolean last = false;
        while (!last && !Thread.interrupted()) {
            Signal signal = cursor.poll();
            last = signal != null && signal.last();
            if (signal == null) {
                LockSupport.park();
            }
        }
        cursor.close();
    }

    @AfterMethod
    public void stop() {
        Thread thread = polling.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public Signal createElement(int element) {
        return Event.of("number", Integer.toString(element));
    }
}
