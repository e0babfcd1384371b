package dev.weir;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/** Reactive Streams 1.0.4, the rules for publishers. */
public class SignalPublisherTest extends FlowPublisherVerification<Signal> {

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Subscription subscription = Subscription.to("numbers");

    public SignalPublisherTest() {
        super(new TestEnvironment(1_000, 100));
    }

    @BeforeClass
    @Override
    public void setUp() throws Exception {
        super.setUp();
    }

    @AfterClass
    public void close() {
        executor.shutdownNow();
    }

    @Override
    public Flow.Publisher<Signal> createFlowPublisher(long elements) {
        EventSource source = asked -> Cold.run(out -> {
            for (long n = 0; n < elements; n++) {
                out.emit(Event.of("number", Long.toString(n)));
            }
        });
        return new SignalPublisher(source, subscription, executor);
    }

    @Override
    public Flow.Publisher<Signal> createFailedFlowPublisher() {
        EventSource source = asked -> {
            throw new Refusal(Code.NOT_FOUND, "no topic numbers");
        };
        return new SignalPublisher(source, subscription, executor);
    }
}
