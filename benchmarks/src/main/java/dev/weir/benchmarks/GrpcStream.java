package dev.weir.benchmarks;

import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's call after another. It is the marshaller of its own answers, so that a message is read where it lies and no
 * object is made of it. The event loop of its channel calls; {@link #tick} comes from another.
 */
final class GrpcStream extends ClientCall.Listener<Boolean> implements MethodDescriptor.Marshaller<Boolean> {

    private static final int AT_ONCE = Integer.MAX_VALUE;
    private static final Metadata.Key<String> RETRY =
            Metadata.Key.of("retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> POSITION =
            Metadata.Key.of("stream-position", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CODE = Metadata.Key.of("weir-code", Metadata.ASCII_STRING_MARSHALLER);

    private final GrpcReaders readers;
    private final Subscriber subscriber;
    private final int number;
    private final MethodDescriptor<SubscribeRequest, Boolean> method;
    private final GrpcMessages messages = new GrpcMessages();
    private final AtomicLong budget = new AtomicLong();
    private @Nullable ManagedChannel own;
    private volatile @Nullable ClientCall<SubscribeRequest, Boolean> call;
    private volatile long leaveAt = Long.MAX_VALUE;
    private volatile boolean asked;
    private volatile boolean comesBack;
    private boolean opening;
    private boolean accepted;

    GrpcStream(GrpcReaders readers, Subscriber subscriber, int number) {
        this.readers = readers;
        this.subscriber = subscriber;
        this.number = number;
        method = EventStreamsGrpc.getSubscribeMethod().toBuilder(
                        EventStreamsGrpc.getSubscribeMethod().getRequestMarshaller(), this)
                .build();
    }

    void start() {
        opening = true;
        again();
    }

    private void again() {
        if (readers.closed()) {
            return;
        }
        accepted = false;
        comesBack = false;
        subscriber.asks();
        ManagedChannel channel = readers.channel(subscriber, number);
        own = subscriber.appetite() == Subscriber.Appetite.FULL ? null : channel;
        ClientCall<SubscribeRequest, Boolean> next = channel.newCall(method, CallOptions.DEFAULT);
        call = next;
        next.start(this, new Metadata());
        next.request(subscriber.appetite() == Subscriber.Appetite.FULL ? AT_ONCE : 1);
        next.sendMessage(request());
        next.halfClose();
    }

    private SubscribeRequest request() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().addTopics(readers.plan.topic());
        String id = subscriber.id();
        if (subscriber.left() > 0) {
            request.setLimit(subscriber.left());
        }
        if (!id.isEmpty()) {
            request.setAfter(id);
        } else if (subscriber.left() > 0) {
            request.setFrom("earliest");
        }
        return request.build();
    }

    @Override
    public void onHeaders(Metadata head) {
        String position = head.get(POSITION);
        if (position != null && subscriber.id().isEmpty()) {
            subscriber.at(position);
        }
        accepted = true;
        subscriber.accepted();
        if (!readers.plan.resume().isZero()) {
            leaveAt = System.nanoTime()
                    + (long) (readers.plan.resume().toNanos()
                            * ThreadLocalRandom.current().nextDouble(0.5, 1.5));
        }
        settle();
    }

    @Override
    public InputStream stream(Boolean value) {
        throw new IllegalStateException("answers are only read");
    }

    @Override
    public Boolean parse(InputStream message) {
        try {
            budget.addAndGet(-messages.read(message, subscriber));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return true;
    }

    @Override
    public void onMessage(Boolean read) {
        asked = false;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        leaveAt = Long.MAX_VALUE;
        settle();
        ManagedChannel left = own;
        if (left != null) {
            left.shutdownNow();
        }
        if (readers.closed() || subscriber.ended()) {
            return;
        }
        if (comesBack) {
            readers.later(this::again, 0);
        } else if (accepted) {
            readers.later(this::again, subscriber.cut("the server closed a stream: " + text(status)));
        } else {
            refused(status, trailers);
        }
    }

    private void refused(Status status, Metadata trailers) {
        String after = trailers.get(RETRY);
        String code = trailers.get(CODE);
        boolean again = switch (status.getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED, CANCELLED, INTERNAL -> true;
            default -> false;
        };
        String why = code == null ? text(status) : code + ": " + status.getDescription();
        subscriber.refused(why, again, after == null ? 0 : Long.parseLong(after));
        if (again) {
            readers.later(this::again, subscriber.retryMillis());
        }
    }

    private static String text(Status status) {
        String said = status.getDescription();
        return status.getCode() + (said == null ? "" : ": " + said);
    }

    private void settle() {
        if (opening) {
            opening = false;
            readers.opened();
        }
    }

    /** What is due by time: leaving for a moment, and slow reading. */
    void tick(long now, long passed) {
        ClientCall<SubscribeRequest, Boolean> open = call;
        if (open == null) {
            return;
        }
        if (now > leaveAt) {
            leaveAt = Long.MAX_VALUE;
            comesBack = true;
            open.cancel("leaves for a moment", null);
        } else if (subscriber.appetite() == Subscriber.Appetite.SLOW) {
            long second = readers.plan.slowRate() * 1_000_000L;
            long more = readers.plan.slowRate() * passed / 1000;
            if (budget.updateAndGet(had -> Math.min(second, had + more)) > 0 && !asked) {
                asked = true;
                open.request(1);
            }
        }
    }

    /** Its connection will be cut on purpose. */
    void isToComeBack() {
        subscriber.mustReturn();
        comesBack = true;
    }

    /** Cuts its connection if it has one of its own. */
    void leaveOwn() {
        ManagedChannel channel = own;
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    void close() {
        ClientCall<SubscribeRequest, Boolean> open = call;
        if (open != null) {
            open.cancel("the run is over", null);
        }
        leaveOwn();
    }
}
