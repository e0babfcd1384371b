package dev.weir.server.faults;

import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code weir.v1.EventStreams} over a channel of its own; asks for a message only when it has taken the one before. */
final class GrpcSubscriber extends Subscriber {

    private static final Metadata.Key<String> LAST_ID =
            Metadata.Key.of("last-event-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CODE = Metadata.Key.of("weir-code", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> RETRY =
            Metadata.Key.of("retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    private final String target;
    private volatile @Nullable ManagedChannel channel;
    private volatile long millisBetween;

    GrpcSubscriber(String name, String target, Wish wish) {
        super(name, wish);
        this.target = target;
    }

    /** Takes one message in so many milliseconds. */
    GrpcSubscriber slowly(long millis) {
        millisBetween = millis;
        return this;
    }

    private record Closed(Status status, Metadata trailers) {}

    @Override
    Entry.Disconnected read(@Nullable String after) throws InterruptedException {
        ManagedChannel present = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                .keepAliveTime(40, TimeUnit.SECONDS)
                .build();
        channel = present;
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        ClientCall<SubscribeRequest, SubscribeResponse> call =
                present.newCall(EventStreamsGrpc.getSubscribeMethod(), CallOptions.DEFAULT);
        try {
            Metadata headers = new Metadata();
            if (after != null) {
                headers.put(LAST_ID, after);
            }
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(SubscribeResponse message) {
                            arrived.add(message);
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            arrived.add(new Closed(status, trailers));
                        }
                    },
                    headers);
            call.sendMessage(request());
            call.halfClose();
            call.request(millisBetween > 0 ? 1 : 64);
            boolean accepted = false;
            while (true) {
                reading.await();
                Object next = arrived.take();
                if (next instanceof Closed closed) {
                    return over(closed, accepted);
                }
                if (!accepted) {
                    diary.add(new Entry.Connected(System.nanoTime(), after));
                    accepted = true;
                }
                note((SubscribeResponse) next);
                if (millisBetween > 0) {
                    Thread.sleep(millisBetween);
                }
                call.request(1);
            }
        } finally {
            call.cancel("left", null);
            present.shutdownNow();
        }
    }

    private Entry.Disconnected over(Closed closed, boolean accepted) {
        String millis = closed.trailers.get(RETRY);
        String code = closed.trailers.get(CODE);
        String status = closed.status.getCode().toString();
        if (!accepted) {
            diary.add(new Entry.Refused(System.nanoTime(), status, code == null ? "" : code, millis != null));
        }
        if (millis != null) {
            retry(Long.parseLong(millis));
        }
        return new Entry.Disconnected(System.nanoTime(), status, closed.status.isOk());
    }

    private void note(SubscribeResponse message) {
        long now = System.nanoTime();
        switch (message.getSignalCase()) {
            case OPEN -> diary.add(new Entry.Opened(now, message.getOpen().getId()));
            case EVENT -> {
                var event = message.getEvent();
                diary.add(new Entry.Got(
                        now, event.getId(), Stamp.of(event.getData().toStringUtf8())));
            }
            case HEARTBEAT ->
                diary.add(new Entry.Heartbeat(now, message.getHeartbeat().getId()));
            case GAP -> {
                var gap = message.getGap();
                diary.add(new Entry.Gap(
                        now, gap.getId(), gap.getReason(), gap.getPartition(), gap.getFrom(), gap.getTo()));
            }
            case STOP -> {
                var stop = message.getStop();
                diary.add(
                        new Entry.Stop(now, stop.getId(), stop.getCode(), stop.getRetryable(), stop.getRetryAfterMs()));
                retry(stop.getRetryAfterMs());
            }
            case END ->
                diary.add(new Entry.End(
                        now, message.getEnd().getId(), message.getEnd().getEvents()));
            case SIGNAL_NOT_SET -> throw new IllegalStateException("a message without a signal");
        }
    }

    private SubscribeRequest request() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().addTopics(wish.topic());
        for (String parameter : wish.parameters().split("&", -1)) {
            String value = parameter.substring(parameter.indexOf('=') + 1);
            switch (parameter.substring(0, parameter.indexOf('='))) {
                case "from" -> request.setFrom(value);
                case "until" -> request.setUntil(value);
                case "limit" -> request.setLimit(Long.parseLong(value));
                case "heartbeat" -> request.setHeartbeat(Integer.parseInt(value));
                case "on-gap" -> request.setOnGap(value);
                default -> throw new IllegalArgumentException(parameter);
            }
        }
        return request.build();
    }

    @Override
    void disconnect() {
        ManagedChannel present = channel;
        if (present != null) {
            present.shutdownNow();
        }
    }
}
