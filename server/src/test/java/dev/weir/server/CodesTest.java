package dev.weir.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.hub.Retention;
import dev.weir.hub.Topic;
import dev.weir.server.run.Running;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.ListRequest;
import dev.weir.transport.grpc.v1.NewEvent;
import dev.weir.transport.grpc.v1.PublishRequest;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import dev.weir.transport.grpc.v1.TopicsGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every row of the code table, on HTTP and on gRPC, on a running server: as the server itself comes to it, as a source refuses with
 * it, and as a source stops with it. What is inside stays inside.
 */
@Timeout(60)
class CodesTest {

    private static final String PROBLEM = "application/problem+json";
    private static final String NO = "no-";
    private static final String STOP = "stop-";
    static final Pattern INSIDE =
            Pattern.compile("\\bat [\\w.$]+\\([\\w.]+:\\d+\\)|dev\\.weir|\\bjava\\.|io\\.helidon|io\\.grpc"
                    + "|io\\.netty|Exception|\\wError\\b|127\\.0\\.0\\.1:\\d+|localhost:\\d+|secret|/etc/");

    private static Running server;
    private static Running starting;
    private static ManagedChannel channel;
    private static ManagedChannel startingChannel;
    private static String expired;
    private static String foreign;

    private record Answer(int status, String code, boolean saysWhenToRetry, String all) {}

    @BeforeAll
    static void start() {
        List<String> names = new ArrayList<>(List.of("orders", "small", "broken"));
        for (Code code : Code.values()) {
            names.add(NO + code);
            names.add(STOP + code);
        }
        server = Running.with(names.toArray(String[]::new));
        starting = Running.listening(OptionalInt.empty(), "orders");
        channel = channel(server);
        startingChannel = channel(starting);
        Topic small = new Topic("small", new Retention(2, 1 << 20, Duration.ZERO));
        server.cluster.put("small", small);
        expired = small.publish(Event.of(null, "0")).id();
        for (int n = 0; n < 10; n++) {
            small.publish(Event.of(null, "" + n));
        }
        small.close();
        try (Topic earlier = new Topic("orders")) {
            foreign = earlier.publish(Event.of(null, "old")).id();
        }
        server.cluster.put("broken", asked -> {
            throw new IllegalStateException("the secret at 127.0.0.1:9092 is in /etc/passwd");
        });
        for (Code code : Code.values()) {
            server.cluster.put(NO + code, asked -> {
                throw new Refusal(code, "because of " + code);
            });
            server.cluster.put(
                    STOP + code,
                    asked -> Cold.run(out -> {
                        out.emit(Event.of("number", "1"));
                        throw new Refusal(code, "because of " + code);
                    }));
        }
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        startingChannel.shutdownNow();
        server.close();
        starting.close();
    }

    /** How the server itself comes to a code over HTTP. A new code does not compile here until it has its row. */
    private static List<Supplier<HttpResponse<String>>> overHttp(Code code) {
        return switch (code) {
            case BAD_REQUEST ->
                List.of(
                        get("/streams/orders?limit=0"),
                        get("/events/orders?colour=red"),
                        get("/events/orders?after=1.x.y.z"),
                        get("/streams/orders?from=2999-01-01T00:00:00Z"),
                        post("/topics/orders/events?kee=1", "x"));
            case FORBIDDEN -> List.of(post("/topics/orders/events", "x", "Origin", "https://elsewhere.example"));
            case NOT_FOUND ->
                List.of(
                        get("/events/nothing"),
                        get("/streams/__consumer_offsets"),
                        get("/nowhere/at/all"),
                        post("/topics/nothing/events", "x"));
            case METHOD ->
                List.of(
                        () -> server.send(server.request("/streams/orders").DELETE()),
                        () -> server.send(server.request("/topics").PUT(BodyPublishers.noBody())),
                        get("/topics/orders/events"));
            case NOT_ACCEPTABLE ->
                List.of(
                        () -> server.send(server.request("/events/orders").header("Accept", "image/png")),
                        () -> server.send(server.request("/streams/orders").header("Accept", "image/png")));
            case CONFLICT ->
                List.of(
                        get("/events/orders?from=latest&after=" + foreign),
                        get("/streams/orders?on-gap=fail&after=" + foreign));
            case POSITION_EXPIRED -> List.of(get("/events/small?on-gap=fail&after=" + expired));
            case LENGTH_REQUIRED ->
                List.of(() -> server.send(server.request("/topics/orders/events")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[3])))));
            case TOO_LARGE -> List.of(post("/topics/orders/events", "x".repeat((1 << 20) + 1)));
            case UNSUPPORTED -> List.of(post("/topics/orders/events", "x", "Content-Encoding", "gzip"));
            case INTERNAL -> List.of(get("/events/broken"), get("/streams/broken"));
            case SOURCE_UNAVAILABLE ->
                List.of(() -> starting.get("/streams/orders"), () -> starting.post("/topics/orders/events", "x"));
            case PRECONDITION_FAILED ->
                List.of(() ->
                        server.send(server.request("/files/reports/report.txt").header("If-Match", "\"other\"")));
            case RANGE ->
                List.of(() ->
                        server.send(server.request("/files/reports/report.txt").header("Range", "bytes=99999999-")));
            // no user on HTTP yet, or stops only: see the other two tests
            case UNAUTHENTICATED,
                    QUOTA,
                    OVERLOADED,
                    SHUTDOWN,
                    MAX_DURATION,
                    SLOW_CONSUMER,
                    AUTH_EXPIRED,
                    TOPIC_DELETED -> List.of();
        };
    }

    /** How the server itself comes to a code over gRPC. */
    private static List<Runnable> overGrpc(Code code) {
        return switch (code) {
            case BAD_REQUEST ->
                List.of(
                        subscribing(asking("orders").putParameters("colour", "red")),
                        subscribing(asking("orders").setHeartbeat(61)),
                        subscribing(asking("orders").setAfter("x")),
                        subscribing(SubscribeRequest.newBuilder()));
            case NOT_FOUND -> List.of(subscribing(asking("nothing")), () -> publish(channel, "nothing", 1));
            case CONFLICT ->
                List.of(
                        subscribing(asking("orders").setFrom("latest").setAfter(foreign)),
                        subscribing(asking("orders").setAfter(foreign).setOnGap("fail")));
            case POSITION_EXPIRED ->
                List.of(subscribing(asking("small").setAfter(expired).setOnGap("fail")));
            case TOO_LARGE -> List.of(() -> publish(channel, "orders", (1 << 20) + 1));
            case INTERNAL -> List.of(subscribing(asking("broken")));
            case SOURCE_UNAVAILABLE ->
                List.of(
                        () -> signals(startingChannel, asking("orders")).forEachRemaining(any -> {}),
                        () -> publish(startingChannel, "orders", 1));
            // answered by gRPC itself, or no user on gRPC yet, or stops only
            case METHOD,
                    UNAUTHENTICATED,
                    FORBIDDEN,
                    NOT_ACCEPTABLE,
                    LENGTH_REQUIRED,
                    PRECONDITION_FAILED,
                    UNSUPPORTED,
                    RANGE,
                    QUOTA,
                    OVERLOADED,
                    SHUTDOWN,
                    MAX_DURATION,
                    SLOW_CONSUMER,
                    AUTH_EXPIRED,
                    TOPIC_DELETED -> List.of();
        };
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void e1_whatTheServerRefusesHasItsCodeAndTellsNothingElse(Code code) {
        for (Supplier<HttpResponse<String>> request : overHttp(code)) {
            assertRefused(code, code.http(), () -> answer(request.get()));
        }
        for (Runnable call : overGrpc(code)) {
            assertRefused(code, code.grpc(), () -> answer(call));
        }
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void e1_whatASourceRefusesHasItsCodeOnEveryTransport(Code code) {
        assertRefused(code, code.http(), () -> answer(server.get("/events/" + NO + code)));
        assertRefused(code, code.http(), () -> answer(server.get("/streams/" + NO + code)));
        assertRefused(code, code.grpc(), () -> answer(subscribing(asking(NO + code))));
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void e2_whatASourceStopsWithHasItsCodeInBandOnEveryTransport(Code code) {
        try (Logged logged = new Logged()) {
            String sse = server.get("/events/" + STOP + code).body();
            String lines = server.get("/streams/" + STOP + code).body();
            List<SubscribeResponse> signals = new ArrayList<>();
            Answer ended = answer(() -> signals(channel, asking(STOP + code)).forEachRemaining(signals::add));

            assertThat(sse).contains("data: 1\n\n").contains("event: stream-stop\n");
            assertThat(lines).contains("\"data\":1").contains("{\"control\":\"stop\"");
            for (String text : List.of(sse, lines)) {
                assertThat(field(text.substring(text.indexOf("stop")), "code")).isEqualTo(code.toString());
                assertThat(field(text, "message")).isEqualTo("because of " + code);
                assertThat(field(text, "retryable")).isEqualTo("" + code.retryable());
                assertThat(field(text, "retryAfterMs").matches("[1-9]\\d*")).isEqualTo(code.retryable());
                assertThat(text).doesNotContainPattern(INSIDE);
            }
            SubscribeResponse last = signals.get(signals.size() - 1);
            assertThat(last.getStop().getCode()).isEqualTo(code.toString());
            assertThat(last.getStop().getRetryAfterMs() > 0).isEqualTo(code.retryable());
            assertThat(ended.status()).isEqualTo(code.grpc());
            assertThat(ended.code()).isEqualTo(code.toString());
            assertThat(ended.saysWhenToRetry()).isEqualTo(code.retryable());
            assertThat(ended.all()).doesNotContainPattern(INSIDE);
            assertThat(logged.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"METHOD", "TOO_LARGE"})
    void e1_whatGrpcItselfRefusesHasTheStatusOfTheCode(Code code) {
        try (Logged logged = new Logged()) {
            Answer answer = answer(
                    code == Code.METHOD
                            ? () -> ClientCalls.blockingUnaryCall(
                                    channel,
                                    TopicsGrpc.getListMethod().toBuilder()
                                            .setFullMethodName("weir.v1.Topics/Nothing")
                                            .build(),
                                    CallOptions.DEFAULT,
                                    ListRequest.getDefaultInstance())
                            : () -> publish(channel, "orders", 5 << 20));

            assertThat(answer.status()).isEqualTo(code.grpc());
            assertThat(answer.all()).doesNotContainPattern(INSIDE);
            assertThat(logged.warnings()).isEmpty();
        }
    }

    @Test
    void e1_aCallWithoutARequestHasItsCode() {
        CompletableFuture<StatusRuntimeException> ended = new CompletableFuture<>();
        ClientCall<SubscribeRequest, SubscribeResponse> call =
                channel.newCall(EventStreamsGrpc.getSubscribeMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status.asRuntimeException(trailers));
                    }
                },
                new Metadata());
        call.halfClose();

        assertRefused(
                Code.BAD_REQUEST,
                Code.BAD_REQUEST.grpc(),
                () -> answer(() -> {
                    throw ended.join();
                }));
    }

    private static void assertRefused(Code code, int status, Supplier<Answer> attempt) {
        try (Logged logged = new Logged()) {
            Answer answer = attempt.get();

            assertThat(answer.status()).as(answer.all()).isEqualTo(status);
            assertThat(answer.code()).as(answer.all()).isEqualTo(code.toString());
            assertThat(answer.saysWhenToRetry()).as(answer.all()).isEqualTo(code.retryable());
            assertThat(answer.all()).doesNotContainPattern(INSIDE);
            assertThat(logged.warnings()).hasSizeLessThanOrEqualTo(code == Code.INTERNAL ? 1 : 0);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        assertThat(response.headers().firstValue("content-type")).hasValue(PROBLEM);
        assertThat(response.headers().firstValue("www-authenticate").isPresent())
                .isEqualTo(response.statusCode() == 401 && response.body().contains("unauthenticated"));
        assertThat(response.headers().firstValue("allow").isPresent()).isEqualTo(response.statusCode() == 405);
        assertThat(field(response.body(), "status")).isEqualTo("" + response.statusCode());
        assertThat(field(response.body(), "detail")).isNotEmpty();
        return new Answer(
                response.statusCode(),
                field(response.body(), "code"),
                response.headers()
                        .firstValue("retry-after")
                        .filter(after -> after.matches("[1-9]\\d*"))
                        .isPresent(),
                response.headers().map() + response.body());
    }

    private static Answer answer(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            Metadata trailers = refused.getTrailers() == null ? new Metadata() : refused.getTrailers();
            String code = trailers.get(Metadata.Key.of("weir-code", Metadata.ASCII_STRING_MARSHALLER));
            String retry = trailers.get(Metadata.Key.of("retry-after-ms", Metadata.ASCII_STRING_MARSHALLER));
            return new Answer(
                    refused.getStatus().getCode().value(),
                    code == null ? "" : code,
                    retry != null && retry.matches("[1-9]\\d*"),
                    trailers + " " + refused.getStatus().getDescription());
        }
        throw new AssertionError("the call was accepted");
    }

    private static String field(String json, String name) {
        Matcher field = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        return field.find() ? field.group(1) : "";
    }

    private static Supplier<HttpResponse<String>> get(String path) {
        return () -> server.get(path);
    }

    private static Supplier<HttpResponse<String>> post(String path, String body, String... headers) {
        return () -> server.post(path, body, headers);
    }

    private static SubscribeRequest.Builder asking(String topic) {
        return SubscribeRequest.newBuilder().addTopics(topic);
    }

    private static Runnable subscribing(SubscribeRequest.Builder asked) {
        return () -> signals(channel, asked).forEachRemaining(any -> {});
    }

    private static Iterator<SubscribeResponse> signals(ManagedChannel channel, SubscribeRequest.Builder asked) {
        return EventStreamsGrpc.newBlockingStub(channel).subscribe(asked.build());
    }

    private static void publish(ManagedChannel channel, String topic, int bytes) {
        TopicsGrpc.newBlockingStub(channel)
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addEvents(NewEvent.newBuilder().setData(ByteString.copyFrom(new byte[bytes])))
                        .build());
    }

    private static ManagedChannel channel(Running server) {
        return Grpc.newChannelBuilder(server.ready.grpc(), InsecureChannelCredentials.create())
                .build();
    }
}
