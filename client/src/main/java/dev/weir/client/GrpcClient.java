package dev.weir.client;

import com.google.protobuf.ByteString;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cursor;
import dev.weir.Refusal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.HeaderFilter;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** gRPC from the service {@code weir.v1.EventStreams}. A server that has vanished is noticed within a minute at the latest. */
public final class GrpcClient implements RemoteSource {

    private static final int LARGEST_MESSAGE = 256 * 1024 * 1024;

    private final String target;
    private final ChannelCredentials credentials;
    private final Map<String, String> headers;
    private volatile boolean closed;

    /**
     * A server's streams. Does not connect yet.
     *
     * @param base {@code http}, or {@code https} for TLS; host and port
     * @param headers sent as metadata with every call, by lower-case name
     */
    public GrpcClient(URI base, Map<String, String> headers) {
        target = base.getAuthority();
        credentials =
                "https".equals(base.getScheme()) ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
        this.headers = Map.copyOf(headers);
    }

    @Override
    public Cursor open(Subscription subscription) {
        if (closed) {
            throw new Refusal(Code.BAD_REQUEST, "the client is closed; make another");
        }
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(GrpcReader.key(name), value));
        ManagedChannel channel = Grpc.newChannelBuilder(target, credentials)
                .directExecutor()
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .keepAliveTime(40, TimeUnit.SECONDS)
                .keepAliveTimeout(15, TimeUnit.SECONDS)
                .build();
        GrpcReader reader = new GrpcReader(
                channel,
                channel.newCall(EventStreamsGrpc.getSubscribeMethod(), CallOptions.DEFAULT),
                Patience.with(subscription));
        String position = reader.start(request(subscription), metadata);
        return RemoteCursor.over(position, reader);
    }

    private static SubscribeRequest request(Subscription subscription) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder()
                .addAllTopics(subscription.names())
                .addAllType(subscription.filter().types())
                .setHeartbeat((int) subscription.heartbeat().toSeconds())
                .setOnGap(Query.word(subscription.onGap()))
                .putAllParameters(subscription.parameters());
        switch (subscription.start()) {
            case Start.Latest latest -> request.setFrom("latest");
            case Start.Earliest earliest -> request.setFrom("earliest");
            case Start.Last last -> request.setFrom("last:" + last.count());
            case Start.At at -> request.setFrom(at.instant().toString());
            case Start.After after -> request.setAfter(after.id());
        }
        subscription.until().ifPresent(until -> {
            Instant time = until.time();
            request.setUntil(time == null ? "latest" : time.toString());
        });
        subscription.limit().ifPresent(request::setLimit);
        subscription.waiting().ifPresent(wait -> request.setWait((int) wait.toSeconds()));
        subscription.slow().map(Subscription.Slow::toString).ifPresent(request::setSlow);
        subscription
                .filter()
                .headers()
                .forEach((name, values) -> values.forEach(value -> request.addHeaders(
                        HeaderFilter.newBuilder().setName(name).setValue(value.toText()))));
        subscription.filter().keys().stream().map(Bytes::toText).forEach(request::addKey);
        return request.setBody(ByteString.copyFrom(subscription.body().toArray()))
                .build();
    }

    /** Every stream has a channel of its own, and closes it. */
    @Override
    public void close() {
        closed = true;
    }
}
