package dev.weir;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The cursor over a publisher: one signal is asked for at a time, and none while 64 KiB wait. */
final class PublishedCursor implements Cursor, Flow.Subscriber<Signal> {

    private final HandOver handOver = new HandOver(this::demand);
    private final AtomicBoolean demanded = new AtomicBoolean();
    private final AtomicReference<Flow.@Nullable Subscription> upstream = new AtomicReference<>();
    private volatile boolean closed;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        if (closed || !upstream.compareAndSet(null, subscription)) {
            subscription.cancel();
        } else {
            demand();
            if (closed) {
                subscription.cancel();
            }
        }
    }

    @Override
    public void onNext(Signal signal) {
        Objects.requireNonNull(signal, "signal");
        demanded.set(false);
        handOver.add(signal);
        demand();
    }

    private void demand() {
        Flow.Subscription subscription = upstream.get();
        if (subscription != null && !handOver.full() && demanded.compareAndSet(false, true)) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        handOver.failed(failure);
    }

    @Override
    public void onComplete() {
        handOver.ended();
    }

    @Override
    public void onReady(Runnable wake) {
        handOver.onReady(wake);
    }

    @Override
    public @Nullable Signal poll() {
        return handOver.poll();
    }

    @Override
    public String position() {
        return handOver.position();
    }

    @Override
    public void close() {
        closed = true;
        handOver.close();
        Flow.Subscription subscription = upstream.get();
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
