package dev.weir.benchmarks;

import com.google.protobuf.UnsafeByteOperations;
import dev.weir.Bytes;
import dev.weir.hub.Feed;
import dev.weir.hub.Pace;
import dev.weir.transport.grpc.v1.Event;
import dev.weir.transport.grpc.v1.EventStreamsGrpc.EventStreamsImplBase;
import dev.weir.transport.grpc.v1.Open;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a team writes on grpc-java: one message for each event, given to every observer that is ready, and queued for the others. */
final class ObserverStreams extends EventStreamsImplBase implements AutoCloseable {

    private static final int QUEUE = 256;

    private final int burst;
    private final List<SubscribeResponse> first = new ArrayList<>();
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private final Feed feed;
    private long seq;

    ObserverStreams(Pace pace) {
        burst = pace.burst();
        feed = new Feed("grpc", pace, events -> events.forEach(event -> publish(Objects.requireNonNull(event.data()))));
    }

    private void publish(Bytes data) {
        SubscribeResponse next = SubscribeResponse.newBuilder()
                .setEvent(Event.newBuilder()
                        .setId(Baseline.id(seq))
                        .setData(UnsafeByteOperations.unsafeWrap(data.toBuffer())))
                .build();
        if (seq++ < burst) {
            first.add(next);
        } else {
            streams.forEach(stream -> stream.offer(next));
        }
    }

    @Override
    public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> observer) {
        Stream stream = new Stream((ServerCallStreamObserver<SubscribeResponse>) observer, request.getLimit());
        stream.begin();
    }

    @Override
    public void close() {
        feed.close();
    }

    private final class Stream {

        private final ServerCallStreamObserver<SubscribeResponse> out;
        private final Queue<SubscribeResponse> waiting = new ArrayDeque<>();
        private final long limit;
        private long sent;
        private boolean ended;

        Stream(ServerCallStreamObserver<SubscribeResponse> out, long limit) {
            this.out = out;
            this.limit = limit;
        }

        private boolean replays() {
            return limit > 0 && burst > 0;
        }

        synchronized void begin() {
            out.setOnCancelHandler(this::leave);
            out.setOnReadyHandler(this::send);
            out.onNext(SubscribeResponse.newBuilder()
                    .setOpen(Open.newBuilder().setId(Baseline.id(0)))
                    .build());
            if (!replays()) {
                streams.add(this);
            }
            send();
        }

        synchronized void offer(SubscribeResponse next) {
            if (ended) {
                return;
            }
            if (waiting.size() == QUEUE) {
                leave();
                out.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
            } else {
                waiting.add(next);
                sendOrLeave();
            }
        }

        /** Helidon throws where a client has gone before its call was cancelled; the others get their events all the same. */
        private void sendOrLeave() {
            try {
                send();
            } catch (RuntimeException gone) {
                leave();
            }
        }

        private synchronized void send() {
            while (!ended && out.isReady()) {
                SubscribeResponse next = next();
                if (next == null) {
                    return;
                }
                out.onNext(next);
                if (++sent == limit) {
                    leave();
                    out.onCompleted();
                }
            }
        }

        private @Nullable SubscribeResponse next() {
            return replays() ? sent < burst ? first.get((int) sent) : null : waiting.poll();
        }

        private synchronized void leave() {
            ended = true;
            streams.remove(this);
        }
    }
}
