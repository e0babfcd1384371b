package dev.weir.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.server.run.Running;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.NewEvent;
import dev.weir.transport.grpc.v1.PublishRequest;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.TopicsGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a request has several faults, the first in the order of rule L4 is told. Nothing is behind the server here: all else is 503. */
@Timeout(60)
class OrderOfChecksTest {

    private static Running starting;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        starting = Running.listening(OptionalInt.empty(), "orders");
        channel = Grpc.newChannelBuilder(starting.ready.grpc(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        starting.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE | /streams/nothing?limit=0                   | 405
            DELETE | /events/nothing?colour=red                 | 405
            PUT    | /topics/nothing/events?kee=1               | 405
            GET    | /streams/nothing?limit=0                   | 400
            GET    | /events/nothing?heartbeat=61               | 400
            GET    | /events/nothing?from=latest&after=x        | 409
            GET    | /streams/nothing?colour=red                | 404
            GET    | /streams/nothing                           | 404
            GET    | /events/orders                             | 503
            POST   | /topics/nothing/events?kee=1               | 400
            POST   | /topics/nothing/events                     | 404
            POST   | /topics/orders/events                      | 503
            """)
    void l4_overHttpTheFirstFaultIsTold(String method, String path, int status) {
        assertThat(starting.send(starting.request(path)
                                .method(method, BodyPublishers.ofString(method.equals("POST") ? "x" : "")))
                        .statusCode())
                .isEqualTo(status);
    }

    @Test
    void l4_overHttpWhatIsTooLargeIsToldBeforeThatTheBrokerIsAway() {
        String large = "x".repeat((1 << 20) + 1);

        assertThat(starting.post("/topics/nothing/events", large).statusCode()).isEqualTo(404);
        assertThat(starting.post("/topics/orders/events", large).statusCode()).isEqualTo(413);
    }

    @Test
    void l4_overGrpcTheFirstFaultIsTold() {
        SubscribeRequest.Builder nothing = SubscribeRequest.newBuilder().addTopics("nothing");

        assertThat(subscribing(nothing.clone().setHeartbeat(61))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(subscribing(nothing.clone().putParameters("limit", "0"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(subscribing(nothing.clone().putParameters("colour", "red"))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(subscribing(nothing)).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(subscribing(SubscribeRequest.newBuilder().addTopics("orders")))
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(publishing("nothing", (1 << 20) + 1)).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(publishing("orders", (1 << 20) + 1)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(publishing("orders", 1)).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private static Status.Code subscribing(SubscribeRequest.Builder asked) {
        return refused(() -> EventStreamsGrpc.newBlockingStub(channel)
                .subscribe(asked.build())
                .forEachRemaining(any -> {}));
    }

    private static Status.Code publishing(String topic, int bytes) {
        return refused(() -> TopicsGrpc.newBlockingStub(channel)
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addEvents(NewEvent.newBuilder().setData(ByteString.copyFrom(new byte[bytes])))
                        .build()));
    }

    private static Status.Code refused(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            return refused.getStatus().getCode();
        }
        throw new AssertionError("the call was accepted");
    }
}
