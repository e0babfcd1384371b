package dev.weir.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.Transport;
import dev.weir.hub.Task;
import dev.weir.hub.Topic;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import dev.weir.transport.grpc.v1.SubscribeResponse.SignalCase;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrpcTransportTest {

    private static Event event(String id, String data) {
        return new Event(id, 0, 0, 1_700_000_000_123L, "note", null, List.of(), Bytes.utf8(data));
    }

    @Test
    void aBoundedStreamIsOpenEventsEndAndOk() throws Exception {
        try (var topic = new Topic("orders");
                var fixture = new Fixture().with("orders", topic)) {
            List<String> ids = IntStream.range(0, 5)
                    .mapToObj(
                            n -> topic.publish(Event.of("order", "order " + n)).id())
                    .toList();
            Reader reader = Reader.start(
                    fixture.channel(),
                    Reader.to("orders").toBuilder()
                            .setFrom("earliest")
                            .setLimit(5)
                            .build());
            SubscribeResponse open = reader.next(SignalCase.OPEN);
            for (int n = 0; n < 5; n++) {
                var event = reader.next(SignalCase.EVENT).getEvent();
                assertThat(event.getId()).isEqualTo(ids.get(n));
                assertThat(event.getType()).isEqualTo("order");
                assertThat(event.getData().toStringUtf8()).isEqualTo("order " + n);
            }
            var end = reader.next(SignalCase.END).getEnd();
            assertThat(end.getEvents()).isEqualTo(5);
            assertThat(end.getId()).isEqualTo(ids.get(4));
            assertThat(reader.status()).isEqualTo(Status.OK);
            assertThat(reader.headers.get().get(Metadata.Key.of("stream-position", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo(open.getOpen().getId())
                    .isNotEmpty();
        }
    }

    @Test
    void aTaskTellsItsProgressAndItsResult() throws Exception {
        var watched = new CountDownLatch(1);
        try (var task = Task.start("sum", progress -> {
                    progress.report(1, 3);
                    watched.await();
                    progress.report(3, 3);
                    return "{\"sum\":6}";
                });
                var fixture = new Fixture().with("task", task)) {
            Reader first = Reader.start(fixture.channel(), Reader.to("task"));
            Reader second = Reader.start(fixture.channel(), Reader.to("task"));
            for (Reader reader : List.of(first, second)) {
                reader.next(SignalCase.OPEN);
                String data = "";
                while (!data.equals("{\"done\":1,\"total\":3}")) {
                    var event = reader.next(SignalCase.EVENT).getEvent();
                    assertThat(event.getType()).isEqualTo("progress");
                    data = event.getData().toStringUtf8();
                }
            }
            watched.countDown();
            for (Reader reader : List.of(first, second)) {
                assertThat(reader.status()).isEqualTo(Status.OK);
                List<SubscribeResponse> rest = reader.all();
                assertThat(rest.get(rest.size() - 2).getEvent().getData().toStringUtf8())
                        .isEqualTo("{\"done\":3,\"total\":3,\"result\":{\"sum\":6}}");
                assertThat(rest.getLast().getSignalCase()).isEqualTo(SignalCase.END);
            }
        }
    }

    @Test
    void aTaskThatIsEndedOrFailsIsAStopWithItsStatus() throws Exception {
        var watched = new CountDownLatch(1);
        try (var ended = Task.start("long", progress -> {
                    new CountDownLatch(1).await();
                    return null;
                });
                var failing = Task.start("broken", progress -> {
                    watched.await();
                    throw new IllegalStateException("secret");
                });
                var fixture = new Fixture().with("ended", ended).with("failing", failing)) {
            Reader one = Reader.start(fixture.channel(), Reader.to("ended"));
            Reader other = Reader.start(fixture.channel(), Reader.to("failing"));
            for (Reader reader : List.of(one, other)) {
                reader.next(SignalCase.OPEN);
                reader.next(SignalCase.EVENT);
            }
            ended.close();
            watched.countDown();
            assertThat(one.next(SignalCase.STOP).getStop().getCode()).isEqualTo("shutdown");
            assertThat(one.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(other.next(SignalCase.STOP).getStop().getMessage())
                    .contains("task broken has failed")
                    .doesNotContain("secret");
            assertThat(other.status().getCode()).isEqualTo(Status.Code.INTERNAL);
        }
    }

    @Test
    void aClientGoesOnBehindTheLastId() throws Exception {
        try (var topic = new Topic("orders");
                var fixture = new Fixture().with("orders", topic)) {
            List<String> ids = IntStream.range(0, 4)
                    .mapToObj(n -> topic.publish(Event.of(null, "" + n)).id())
                    .toList();
            Reader reader = Reader.start(
                    fixture.channel(),
                    Reader.to("orders").toBuilder()
                            .setAfter(ids.get(1))
                            .setLimit(1)
                            .build());
            assertThat(reader.next(SignalCase.OPEN).getOpen().getId()).isEqualTo(ids.get(1));
            assertThat(reader.next(SignalCase.EVENT).getEvent().getId()).isEqualTo(ids.get(2));
        }
    }

    @Test
    void everyByteOfAnEventArrivesUnchanged() throws Exception {
        Bytes odd = Bytes.owned(new byte[] {(byte) 0xff, 0, (byte) 0xc3, 10, 13});
        Event full = new Event(
                "7",
                0,
                6,
                -1,
                "t",
                odd,
                List.of(new Header("a", odd), new Header("a", null), new Header("", Bytes.EMPTY)),
                odd);
        Event tombstone = new Event("8", 0, 7, 0, null, Bytes.utf8("k"), List.of(), null);
        Event empty = new Event("9", 0, 8, 0, null, null, List.of(), Bytes.EMPTY);
        try (var fixture = new Fixture().with("odd", new Feed(full, tombstone, empty, new Signal.End("9", 3)))) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("odd"));
            reader.next(SignalCase.OPEN);
            var first = reader.next().getEvent();
            ByteString bytes = ByteString.copyFrom(odd.toArray());
            assertThat(first.getData()).isEqualTo(bytes);
            assertThat(first.getKey()).isEqualTo(bytes);
            assertThat(first.getTime().getSeconds()).isEqualTo(-1);
            assertThat(first.getTime().getNanos()).isEqualTo(999_000_000);
            assertThat(first.getHeaders(0).getValue()).isEqualTo(bytes);
            assertThat(first.getHeaders(1).hasValue()).isFalse();
            assertThat(first.getHeaders(2).hasValue()).isTrue();
            var second = reader.next().getEvent();
            assertThat(second.hasData()).isFalse();
            assertThat(second.getType()).isEqualTo(Event.DELETE);
            assertThat(second.getKey().toStringUtf8()).isEqualTo("k");
            var third = reader.next().getEvent();
            assertThat(third.hasData()).isTrue();
            assertThat(third.getData().isEmpty()).isTrue();
            assertThat(third.hasType()).isFalse();
            assertThat(third.hasKey()).isFalse();
        }
    }

    @Test
    void aQuietStreamHasHeartbeatsWithItsPosition() throws Exception {
        try (var topic = new Topic("quiet");
                var fixture = new Fixture().with("quiet", topic)) {
            Reader reader = Reader.start(
                    fixture.channel(),
                    Reader.to("quiet").toBuilder().setHeartbeat(1).build());
            String start = reader.next(SignalCase.OPEN).getOpen().getId();
            assertThat(reader.next(SignalCase.HEARTBEAT).getHeartbeat().getId()).isEqualTo(start);
        }
    }

    @Test
    void aGapIsToldAndTheStreamGoesOn() throws Exception {
        var gap = new Signal.Gap("5", Signal.Reason.RETENTION, 3, 10, 20, OptionalLong.empty());
        try (var fixture = new Fixture().with("lossy", new Feed(gap, event("6", "after"), new Signal.End("6", 1)))) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("lossy"));
            reader.next(SignalCase.OPEN);
            var told = reader.next(SignalCase.GAP).getGap();
            assertThat(told.getReason()).isEqualTo("retention");
            assertThat(told.getPartition()).isEqualTo(3);
            assertThat(told.getFrom()).isEqualTo(10);
            assertThat(told.getTo()).isEqualTo(20);
            assertThat(told.hasCount()).isFalse();
            assertThat(reader.next(SignalCase.EVENT).getEvent().getId()).isEqualTo("6");
            assertThat(reader.next(SignalCase.END).getEnd().getEvents()).isEqualTo(1);
        }
    }

    @Test
    void aStopIsAMessageAStatusAndTrailers() throws Exception {
        var stop = new Signal.Stop("3", Code.SHUTDOWN, "we go, für heute", Duration.ofMillis(1500));
        try (var fixture = new Fixture().with("ending", new Feed(event("3", "x"), stop))) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("ending"));
            reader.next(SignalCase.OPEN);
            reader.next(SignalCase.EVENT);
            var told = reader.next(SignalCase.STOP).getStop();
            assertThat(told.getId()).isEqualTo("3");
            assertThat(told.getCode()).isEqualTo("shutdown");
            assertThat(told.getRetryable()).isTrue();
            assertThat(told.getRetryAfterMs()).isEqualTo(1500);
            assertThat(reader.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(reader.status().getDescription()).isEqualTo("we go, für heute");
            assertThat(reader.trailer("weir-code")).isEqualTo("shutdown");
            assertThat(reader.trailer("retry-after-ms")).isEqualTo("1500");
        }
    }

    @Test
    void refusalsAreAStatusAndTrailersWithoutAnyMessage() throws Exception {
        try (var fixture = new Fixture().with("known", new Feed()).with("full", asked -> {
            throw new Refusal(Code.OVERLOADED, "full", Duration.ofSeconds(7));
        })) {
            Map<SubscribeRequest, Status.Code> wanted = Map.of(
                    Reader.to("knowm"), Status.Code.NOT_FOUND,
                    SubscribeRequest.getDefaultInstance(), Status.Code.INVALID_ARGUMENT,
                    Reader.to("known").toBuilder().setLimit(0).build(), Status.Code.INVALID_ARGUMENT,
                    Reader.to("known").toBuilder().setLimit(-1).build(), Status.Code.INVALID_ARGUMENT,
                    Reader.to("known").toBuilder().setAfter("ä").build(), Status.Code.INVALID_ARGUMENT,
                    Reader.to("known").toBuilder()
                                    .setAfter("1")
                                    .setFrom("latest")
                                    .build(),
                            Status.Code.FAILED_PRECONDITION,
                    Reader.to("known").toBuilder().setOnGap("maybe").build(), Status.Code.INVALID_ARGUMENT,
                    Reader.to("full"), Status.Code.UNAVAILABLE);
            for (var entry : wanted.entrySet()) {
                Reader reader = Reader.start(fixture.channel(), entry.getKey());
                assertThat(reader.all()).isEmpty();
                assertThat(reader.status().getCode()).as("%s", entry.getKey()).isEqualTo(entry.getValue());
                assertThat(reader.trailer("weir-code")).isNotEmpty();
            }
            Reader near = Reader.start(fixture.channel(), Reader.to("knowm"));
            assertThat(near.status().getDescription()).contains("did you mean known?");
            Reader full = Reader.start(fixture.channel(), Reader.to("full"));
            assertThat(full.trailer("weir-code")).isEqualTo("overloaded");
            assertThat(full.trailer("retry-after-ms")).isEqualTo("7000");
            await().until(() -> fixture.endpoint.streams() == 0);
        }
    }

    @Test
    void aFailureOfOursTellsNoDetails() throws Exception {
        try (var fixture = new Fixture().with("broken", asked -> {
            throw new IllegalStateException("secret");
        })) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("broken"));
            assertThat(reader.status().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(reader.status().getDescription()).doesNotContain("secret");
        }
    }

    @Test
    void parametersAndMetadataReachTheSource() throws Exception {
        var asked = new AtomicReference<dev.weir.Subscription>();
        try (var fixture = new Fixture().with("report", subscription -> {
            asked.set(subscription);
            return Cold.run(out -> out.emit(Event.of("row", subscription.required("table"))));
        })) {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER), "blue");
            headers.put(Metadata.Key.of("x-raw-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {1});
            Reader reader = Reader.start(
                    fixture.channel(),
                    CallOptions.DEFAULT,
                    Reader.to("report").toBuilder()
                            .putParameters("table", "users")
                            .addType("row")
                            .build(),
                    headers,
                    true);
            reader.next(SignalCase.OPEN);
            assertThat(reader.next(SignalCase.EVENT).getEvent().getData().toStringUtf8())
                    .isEqualTo("users");
            reader.next(SignalCase.END);
            var caller = asked.get().caller();
            assertThat(caller.header().apply("x-tenant")).isEqualTo("blue");
            assertThat(caller.header().apply("x-raw-bin")).isNull();
            assertThat(caller.header().apply("no such name")).isNull();
            assertThat(caller.peer()).isInstanceOf(InetSocketAddress.class);
            assertThat(caller.proven()).isEmpty();
        }
    }

    @Test
    void aCancelledCallClosesItsCursorOnce() throws Exception {
        var feed = new Feed();
        try (var fixture = new Fixture().with("feed", feed)) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("feed"));
            reader.next(SignalCase.OPEN);
            reader.cancel();
            await().atMost(1, TimeUnit.SECONDS).until(() -> feed.closed.get() == 1);
            feed.push(event("1", "too late"));
            await().until(() -> fixture.endpoint.streams() == 0);
            assertThat(feed.closed).hasValue(1);
            assertThat(feed.calledAfterClose).hasValue(0);
        }
    }

    @Test
    void aDeadlineClosesTheCursor() throws Exception {
        var feed = new Feed();
        try (var fixture = new Fixture().with("feed", feed)) {
            Reader reader = Reader.start(
                    fixture.channel(),
                    CallOptions.DEFAULT.withDeadlineAfter(Duration.ofMillis(300)),
                    Reader.to("feed"),
                    new Metadata(),
                    true);
            assertThat(reader.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            await().atMost(1, TimeUnit.SECONDS).until(() -> feed.closed.get() == feed.opened.get());
            await().until(() -> fixture.endpoint.streams() == 0);
        }
    }

    @Test
    void aConnectionThatIsLostClosesItsCursors() throws Exception {
        var feed = new Feed();
        try (var fixture = new Fixture().with("feed", feed)) {
            var channel = fixture.channel();
            Reader reader = Reader.start(channel, Reader.to("feed"));
            reader.next(SignalCase.OPEN);
            channel.shutdownNow();
            await().atMost(1, TimeUnit.SECONDS).until(() -> feed.closed.get() == 1);
        }
    }

    @Test
    void aClientThatLeavesBeforeItHasAskedLeavesNothing() throws Exception {
        try (var fixture = new Fixture().with("feed", new Feed())) {
            var unhurried = EventStreamsGrpc.getSubscribeMethod().toBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .build();
            var call = fixture.channel().newCall(unhurried, CallOptions.DEFAULT);
            call.start(new io.grpc.ClientCall.Listener<>() {}, new Metadata());
            call.request(1);
            await().until(() -> fixture.endpoint.streams() == 1);
            call.cancel("gone", null);
            await().until(() -> fixture.endpoint.streams() == 0);
        }
    }

    @Test
    void aReaderThatStandsStillHoldsLittleAndHindersNobody() throws Exception {
        var big = new Event("1", 0, 0, 0, null, null, List.of(), Bytes.owned(new byte[8 * 1024]));
        var slow = new Feed(() -> big);
        try (var topic = new Topic("orders");
                var fixture = new Fixture().with("slow", slow).with("orders", topic)) {
            Reader stalled = Reader.stalled(fixture.channel(), Reader.to("slow"));
            Reader quick = Reader.start(
                    fixture.channel(),
                    Reader.to("orders").toBuilder().setLimit(5_000).build());
            quick.next(SignalCase.OPEN);
            for (int n = 0; n < 5_000; n++) {
                topic.publish(Event.of(null, "order " + n));
            }
            assertThat(quick.all()).hasSize(5_001);
            int held = slow.polled.get();
            assertThat(held * 8).as("KiB taken from the source").isBetween(8, 64 + 8 + 16);
            stalled.request(20);
            await().until(() -> slow.polled.get() > held);
        }
    }

    @Test
    void aReaderThatStandsStillTooLongIsResetWithoutNoise() throws Exception {
        var big = new Event("1", 0, 0, 0, null, null, List.of(), Bytes.owned(new byte[8 * 1024]));
        var slow = new Feed(() -> big);
        try (var noise = new Noise();
                var fixture = new Fixture(Duration.ofMillis(300)).with("slow", slow)) {
            Reader stalled = Reader.stalled(fixture.channel(), Reader.to("slow"));
            await().until(() -> slow.closed.get() == 1);
            await().until(() -> fixture.endpoint.streams() == 0);
            stalled.request(1_000);
            assertThat(stalled.status().getCode()).isEqualTo(Status.Code.CANCELLED);
            assertThat(noise.records).isEmpty();
        }
    }

    @Test
    void closingTheListenerCutsEveryStream() throws Exception {
        var slow = new Feed(() -> event("1", "x".repeat(8192)));
        var idle = new Feed();
        try (var noise = new Noise();
                var fixture = new Fixture().with("slow", slow).with("idle", idle)) {
            Reader stalled = Reader.stalled(fixture.channel(), Reader.to("slow"));
            Reader waiting = Reader.start(fixture.channel(), Reader.to("idle"));
            waiting.next(SignalCase.OPEN);
            await().until(() -> slow.polled.get() > 0);
            fixture.endpoint.close();
            assertThat(slow.closed).hasValue(1);
            assertThat(idle.closed).hasValue(1);
            stalled.request(1_000);
            assertThat(stalled.status().isOk()).isFalse();
            assertThat(waiting.status().isOk()).isFalse();
            assertThat(noise.records).isEmpty();
        }
    }

    @Test
    void theStopAtShutdownReachesOpenStreams() throws Exception {
        try (var topic = new Topic("orders");
                var fixture = new Fixture().with("orders", topic)) {
            Reader reader = Reader.start(fixture.channel(), Reader.to("orders"));
            reader.next(SignalCase.OPEN);
            fixture.sources.stop(Code.SHUTDOWN, "the server is restarted", Duration.ofSeconds(1));
            var stop = reader.next(SignalCase.STOP).getStop();
            assertThat(stop.getRetryAfterMs()).isBetween(1_000L, 2_000L);
            assertThat(reader.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void onePumpServesThousandsOfStreams() throws Exception {
        int streams = 2_000;
        int events = 20;
        try (var topic = new Topic("orders");
                var fixture = new Fixture().with("orders", topic)) {
            var channels =
                    IntStream.range(0, 4).mapToObj(n -> fixture.channel()).toList();
            List<Reader> readers = new ArrayList<>();
            for (int n = 0; n < streams; n++) {
                readers.add(Reader.start(
                        channels.get(n % 4),
                        Reader.to("orders").toBuilder().setLimit(events).build()));
            }
            for (Reader reader : readers) {
                reader.next(SignalCase.OPEN);
            }
            assertThat(fixture.endpoint.streams()).isEqualTo(streams);
            List<String> ids = IntStream.range(0, events)
                    .mapToObj(n -> topic.publish(Event.of(null, "order " + n)).id())
                    .toList();
            for (Reader reader : readers) {
                List<SubscribeResponse> all = reader.all();
                assertThat(all.stream()
                                .filter(SubscribeResponse::hasEvent)
                                .map(response -> response.getEvent().getId()))
                        .isEqualTo(ids);
                assertThat(all.getLast().hasEnd()).isTrue();
            }
            await().until(() -> fixture.endpoint.streams() == 0);
        }
    }

    @Test
    void healthSaysServingUntilTheDrain() throws Exception {
        try (var fixture = new Fixture()) {
            var health = HealthGrpc.newBlockingStub(fixture.channel());
            for (String service : List.of("", "weir.v1.EventStreams")) {
                var request =
                        HealthCheckRequest.newBuilder().setService(service).build();
                assertThat(health.check(request).getStatus()).isEqualTo(ServingStatus.SERVING);
            }
            fixture.endpoint.drain();
            assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                    .isEqualTo(ServingStatus.NOT_SERVING);
        }
    }

    @Test
    void reflectionShowsTheService() throws Exception {
        try (var fixture = new Fixture()) {
            var answers = new ArrayList<ServerReflectionResponse>();
            var done = new CompletableFuture<Void>();
            var requests = ServerReflectionGrpc.newStub(fixture.channel()).serverReflectionInfo(new StreamObserver<>() {
                @Override
                public void onNext(ServerReflectionResponse answer) {
                    answers.add(answer);
                }

                @Override
                public void onError(Throwable failure) {
                    done.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {
                    done.complete(null);
                }
            });
            requests.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            requests.onNext(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("weir.v1.EventStreams.Subscribe")
                    .build());
            requests.onCompleted();
            done.get(10, TimeUnit.SECONDS);
            assertThat(answers.get(0).getListServicesResponse().getServiceList())
                    .extracting(service -> service.getName())
                    .contains("weir.v1.EventStreams", "grpc.health.v1.Health");
            assertThat(answers.get(1).getFileDescriptorResponse().getFileDescriptorProtoCount())
                    .isPositive();
        }
    }

    @Test
    void itJoinsAServerThatAnApplicationBuilds() throws Exception {
        try (var sources = new Sources()) {
            sources.register("feed", new Feed(event("1", "x"), new Signal.End("1", 1)));
            NettyServerBuilder host = GrpcTransport.tune(
                    NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
            GrpcStreams streams = GrpcTransport.join(host, sources);
            Server server = host.build().start();
            var channel = NettyChannelBuilder.forAddress(
                            server.getListenSockets().get(0))
                    .usePlaintext()
                    .build();
            try {
                Reader reader = Reader.start(channel, Reader.to("feed"));
                assertThat(reader.all())
                        .extracting(SubscribeResponse::getSignalCase)
                        .containsExactly(SignalCase.OPEN, SignalCase.EVENT, SignalCase.END);
                sources.register("idle", new Feed());
                Reader idle = Reader.start(channel, Reader.to("idle"));
                idle.next(SignalCase.OPEN);
                streams.close();
                assertThat(idle.status().getCode()).isEqualTo(Status.Code.CANCELLED);
                Reader late = Reader.start(channel, Reader.to("idle"));
                assertThat(late.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            } finally {
                channel.shutdownNow();
                server.shutdownNow().awaitTermination();
            }
        }
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        try (var fixture = new Fixture()) {
            assertThatThrownBy(() -> new GrpcTransport().open(fixture.sources, fixture.endpoint.address()))
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining(
                            String.valueOf(fixture.endpoint.address().getPort()));
        }
    }

    @Test
    void theServiceLoaderFindsIt() {
        assertThat(ServiceLoader.load(Transport.class))
                .extracting(Transport::name)
                .contains("grpc");
    }
}
