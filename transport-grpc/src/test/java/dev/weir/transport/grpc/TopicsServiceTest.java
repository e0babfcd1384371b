package dev.weir.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.hub.Topic;
import dev.weir.transport.grpc.v1.ListRequest;
import dev.weir.transport.grpc.v1.NewEvent;
import dev.weir.transport.grpc.v1.PublishRequest;
import dev.weir.transport.grpc.v1.Published;
import dev.weir.transport.grpc.v1.SubscribeResponse.SignalCase;
import dev.weir.transport.grpc.v1.TopicsGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TopicsServiceTest {

    @Test
    void whatIsPublishedIsListedAndRead() throws Exception {
        try (var topic = new Topic("orders")) {
            Publisher publisher = (name, batch) -> {
                if (!name.equals("orders")) {
                    throw new Refusal(Code.NOT_FOUND, "no topic " + name);
                }
                List<Publisher.Published> places = new ArrayList<>();
                for (Event event : batch) {
                    Event placed = topic.publish(event);
                    places.add(new Publisher.Published(placed.partition(), placed.offset()));
                }
                return places;
            };
            var topics = new TreeMap<String, Integer>();
            topics.put("orders", 1);
            topics.put("clock", 3);
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            var service = new TopicsService(publisher, () -> topics);
            try (var endpoint = new GrpcTransport().open(topic, address, host -> host.addService(service))) {
                var channel = NettyChannelBuilder.forAddress(endpoint.address())
                        .usePlaintext()
                        .build();
                try {
                    var stub = TopicsGrpc.newBlockingStub(channel);
                    var listed = stub.list(ListRequest.getDefaultInstance()).getTopicsList();
                    assertThat(listed).extracting(one -> one.getName()).containsExactly("clock", "orders");
                    assertThat(listed).extracting(one -> one.getPartitions()).containsExactly(3, 1);

                    Reader reader = Reader.start(channel, Reader.to("orders"));
                    reader.next(SignalCase.OPEN);
                    ByteString odd = ByteString.copyFrom(new byte[] {(byte) 0xff, 0});
                    var answer = stub.publish(PublishRequest.newBuilder()
                            .setTopic("orders")
                            .addEvents(NewEvent.newBuilder()
                                    .setKey(odd)
                                    .setType("placed")
                                    .setData(odd))
                            .addEvents(NewEvent.newBuilder().setKey(odd))
                            .build());
                    assertThat(answer.getPublishedList())
                            .extracting(Published::getOffset)
                            .containsExactly(0L, 1L);
                    var first = reader.next(SignalCase.EVENT).getEvent();
                    assertThat(first.getType()).isEqualTo("placed");
                    assertThat(first.getKey()).isEqualTo(odd);
                    assertThat(first.getData()).isEqualTo(odd);
                    var second = reader.next(SignalCase.EVENT).getEvent();
                    assertThat(second.getType()).isEqualTo(Event.DELETE);
                    assertThat(second.hasData()).isFalse();

                    var refused = catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> stub.publish(PublishRequest.newBuilder()
                                    .setTopic("other")
                                    .build()));
                    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                    assertThat(refused.getTrailers()
                                    .get(Metadata.Key.of("weir-code", Metadata.ASCII_STRING_MARSHALLER)))
                            .isEqualTo("not-found");

                    var tooMany = catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> stub.publish(PublishRequest.newBuilder()
                                    .setTopic("orders")
                                    .addAllEvents(Collections.nCopies(10_001, NewEvent.getDefaultInstance()))
                                    .build()));
                    assertThat(tooMany.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(tooMany.getStatus().getDescription())
                            .isEqualTo("the batch has more than 10000 events; send several");
                } finally {
                    channel.shutdownNow();
                }
            }
        }
    }
}
