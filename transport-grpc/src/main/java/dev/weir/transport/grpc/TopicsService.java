package dev.weir.transport.grpc;

import com.google.protobuf.ByteString;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.transport.grpc.v1.ListRequest;
import dev.weir.transport.grpc.v1.ListResponse;
import dev.weir.transport.grpc.v1.NewEvent;
import dev.weir.transport.grpc.v1.PublishRequest;
import dev.weir.transport.grpc.v1.PublishResponse;
import dev.weir.transport.grpc.v1.Published;
import dev.weir.transport.grpc.v1.Topic;
import dev.weir.transport.grpc.v1.TopicsGrpc;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The service {@code weir.v1.Topics}: publishing, and the names of the topics. Each call runs on a virtual thread of its own, with
 * gRPC's {@link Context}, so publisher and list may block on any server. A request has 10,000 events at the most.
 */
public final class TopicsService extends TopicsGrpc.TopicsImplBase {

    private static final int MAX_BATCH = 10_000;
    private static final Logger LOG = System.getLogger(TopicsService.class.getName());

    private final Publisher publisher;
    private final Supplier<? extends Map<String, Integer>> topics;

    /**
     * A service to be added to a server.
     *
     * @param publisher takes the events
     * @param topics gives the topics' names with their numbers of partitions, in the order to be told; asked for every list
     */
    public TopicsService(Publisher publisher, Supplier<? extends Map<String, Integer>> topics) {
        this.publisher = publisher;
        this.topics = topics;
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
        answer(answer, () -> {
            if (request.getEventsCount() > MAX_BATCH) {
                throw new Refusal(Code.TOO_LARGE, "the batch has more than " + MAX_BATCH + " events; send several");
            }
            List<Event> batch =
                    request.getEventsList().stream().map(TopicsService::event).toList();
            PublishResponse.Builder told = PublishResponse.newBuilder();
            for (Publisher.Published place : publisher.publish(request.getTopic(), batch)) {
                told.addPublished(
                        Published.newBuilder().setPartition(place.partition()).setOffset(place.offset()));
            }
            return told.build();
        });
    }

    @Override
    public void list(ListRequest request, StreamObserver<ListResponse> answer) {
        answer(answer, () -> {
            ListResponse.Builder told = ListResponse.newBuilder();
            topics.get()
                    .forEach((name, partitions) ->
                            told.addTopics(Topic.newBuilder().setName(name).setPartitions(partitions)));
            return told.build();
        });
    }

    private static Event event(NewEvent draft) {
        @Nullable Bytes key = draft.hasKey() ? bytes(draft.getKey()) : null;
        @Nullable String type = draft.hasType() ? draft.getType() : null;
        @Nullable Bytes data = draft.hasData() ? bytes(draft.getData()) : null;
        return new Event("", 0, 0, System.currentTimeMillis(), type, key, List.of(), data);
    }

    private static Bytes bytes(ByteString bytes) {
        return Bytes.owned(bytes.toByteArray());
    }

    private static <T> void answer(StreamObserver<T> answer, Supplier<T> work) {
        Thread.ofVirtual().name("weir-grpc-topics").start(Context.current().wrap(() -> {
            try {
                answer.onNext(work.get());
                answer.onCompleted();
            } catch (Refusal no) {
                answer.onError(Answer.to(no).asException());
            } catch (RuntimeException failure) {
                LOG.log(Level.ERROR, "a call failed", failure);
                answer.onError(Answer.to(new Refusal(Code.INTERNAL, "the request failed; try again later"))
                        .asException());
            }
        }));
    }
}
