package dev.weir.transport.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Signal;
import dev.weir.transport.grpc.v1.End;
import dev.weir.transport.grpc.v1.Event;
import dev.weir.transport.grpc.v1.Gap;
import dev.weir.transport.grpc.v1.Header;
import dev.weir.transport.grpc.v1.Heartbeat;
import dev.weir.transport.grpc.v1.Open;
import dev.weir.transport.grpc.v1.Stop;
import dev.weir.transport.grpc.v1.SubscribeResponse;

/** A signal as a serialised {@code SubscribeResponse}. There is one format, so there is one instance. */
final class GrpcCodec implements Codec {

    static final GrpcCodec INSTANCE = new GrpcCodec();

    private GrpcCodec() {}

    @Override
    public String mediaType() {
        return "application/grpc+proto";
    }

    @Override
    public Bytes encode(Signal signal) {
        SubscribeResponse.Builder response = SubscribeResponse.newBuilder();
        switch (signal) {
            case dev.weir.Event event -> response.setEvent(event(event));
            case Signal.Open open ->
                response.setOpen(Open.newBuilder().setId(open.id()).addAllColumns(open.columns()));
            case Signal.Heartbeat beat ->
                response.setHeartbeat(Heartbeat.newBuilder().setId(beat.id()).setSuperseded(beat.superseded()));
            case Signal.Gap gap -> response.setGap(gap(gap));
            case Signal.Stop stop ->
                response.setStop(Stop.newBuilder()
                        .setId(stop.id())
                        .setCode(stop.code().toString())
                        .setMessage(stop.message())
                        .setRetryable(stop.code().retryable())
                        .setRetryAfterMs(stop.retryAfter().toMillis()));
            case Signal.End end ->
                response.setEnd(End.newBuilder().setId(end.id()).setEvents(end.events()));
        }
        return Bytes.owned(response.build().toByteArray());
    }

    private static Event event(dev.weir.Event event) {
        Event.Builder told =
                Event.newBuilder().setId(event.id()).setTopic(event.topic()).setTime(time(event.timeMillis()));
        String type = event.type();
        if (type != null) {
            told.setType(type);
        }
        Bytes key = event.key();
        if (key != null) {
            told.setKey(view(key));
        }
        Bytes data = event.data();
        if (data != null) {
            told.setData(view(data));
        }
        for (dev.weir.Header header : event.headers()) {
            Header.Builder one = Header.newBuilder().setName(header.name());
            Bytes value = header.value();
            if (value != null) {
                one.setValue(view(value));
            }
            told.addHeaders(one);
        }
        return told.build();
    }

    private static Gap gap(Signal.Gap gap) {
        Gap.Builder told = Gap.newBuilder()
                .setId(gap.id())
                .setTopic(gap.topic())
                .setReason(gap.reason().toString())
                .setPartition(gap.partition())
                .setFrom(gap.from())
                .setTo(gap.to());
        gap.count().ifPresent(told::setCount);
        return told.build();
    }

    private static Timestamp time(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(millis, 1000L))
                .setNanos(Math.floorMod(millis, 1000) * 1_000_000)
                .build();
    }

    private static ByteString view(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.toBuffer());
    }
}
