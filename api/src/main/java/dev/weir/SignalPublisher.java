package dev.weir;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A source as a publisher (Reactive Streams 1.0.4): every subscriber opens a stream of its own. Events, heartbeats and gaps are
 * passed on; the end is {@code onComplete}, a stop or a refusal {@code onError} with a {@link Refusal}. No more than one signal is
 * polled ahead of demand.
 */
public final class SignalPublisher implements Flow.Publisher<Signal> {

    private final EventSource source;
    private final Subscription subscription;
    private final Executor executor;

    /**
     * Prepares a publisher whose subscribers are called on virtual threads, one call at a time. Nothing is opened yet.
     *
     * @param source what is opened for each subscriber, on the thread that subscribes
     * @param subscription what is asked for
     */
    public SignalPublisher(EventSource source, Subscription subscription) {
        this(
                source,
                subscription,
                step -> Thread.ofVirtual().name("weir-publisher").start(step));
    }

    /**
     * Prepares a publisher. Nothing is opened yet.
     *
     * @param source what is opened for each subscriber
     * @param subscription what is asked for
     * @param executor runs the steps of all subscribers, which do not block; opening, which may, happens on the thread that
     *     subscribes
     */
    public SignalPublisher(EventSource source, Subscription subscription, Executor executor) {
        this.source = source;
        this.subscription = subscription;
        this.executor = executor;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Signal> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        Cursor cursor;
        try {
            cursor = source.open(subscription);
        } catch (RuntimeException refused) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            subscriber.onError(refused);
            return;
        }
        new Stream(cursor, subscriber, executor).begin();
    }

    private static final class Stream implements Flow.Subscription {

        private static final int BATCH = 64;

        private final Cursor cursor;
        private final Executor executor;
        private final AtomicInteger wakes = new AtomicInteger(1);
        private final AtomicLong demand = new AtomicLong();
        private volatile boolean cancelled;
        private volatile boolean badDemand;
        private Flow.@Nullable Subscriber<? super Signal> subscriber;
        private @Nullable Signal ahead;

        Stream(Cursor cursor, Flow.Subscriber<? super Signal> subscriber, Executor executor) {
            this.cursor = cursor;
            this.subscriber = subscriber;
            this.executor = executor;
        }

        void begin() {
            cursor.onReady(this::wake);
            Flow.Subscriber<? super Signal> receiver = Objects.requireNonNull(subscriber);
            boolean begun = false;
            try {
                receiver.onSubscribe(this);
                executor.execute(this::step);
                begun = true;
            } finally {
                if (!begun) {
                    cursor.close();
                }
            }
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                badDemand = true;
            } else {
                demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            }
            wake();
        }

        @Override
        public void cancel() {
            cancelled = true;
            wake();
        }

        private void wake() {
            if (wakes.getAndIncrement() == 0) {
                executor.execute(this::step);
            }
        }

        private void step() {
            int seen = wakes.get();
            Flow.Subscriber<? super Signal> receiver = subscriber;
            if (receiver == null) {
                return;
            }
            boolean alive = false;
            try {
                alive = deliver(receiver);
            } finally {
                if (!alive) {
                    subscriber = null;
                    cursor.close();
                }
            }
            if (alive && wakes.addAndGet(-seen) != 0) {
                executor.execute(this::step);
            }
        }

        private boolean deliver(Flow.Subscriber<? super Signal> receiver) {
            for (int n = 0; n < BATCH; n++) {
                if (cancelled) {
                    return false;
                }
                if (badDemand) {
                    receiver.onError(new IllegalArgumentException(
                            "request: demand must be positive (Reactive Streams, rule 3.9)"));
                    return false;
                }
                if (ahead == null) {
                    try {
                        ahead = cursor.poll();
                    } catch (RuntimeException failure) {
                        receiver.onError(failure);
                        return false;
                    }
                }
                Signal next = ahead;
                if (next == null) {
                    return true;
                }
                if (next instanceof Signal.End) {
                    receiver.onComplete();
                    return false;
                }
                if (next instanceof Signal.Stop stop) {
                    receiver.onError(new Refusal(stop.code(), stop.message(), stop.retryAfter()));
                    return false;
                }
                if (demand.get() == 0) {
                    return true;
                }
                ahead = null;
                if (demand.get() != Long.MAX_VALUE) {
                    demand.decrementAndGet();
                }
                receiver.onNext(next);
            }
            wake();
            return true;
        }
    }
}
