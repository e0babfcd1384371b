package dev.weir.transport.grpc;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Wire;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** A server call as a wire. Used by one thread at a time; what it holds unsent is bounded by the call's own readiness. */
final class GrpcWire implements Wire {

    /** Small, since what waits in gRPC costs memory for each message: with 32 KiB, its default, twice as much was resident (ADR 0022). */
    private static final int UNSENT_BYTES = 8 * 1024;

    private static final Metadata.Key<String> POSITION =
            Metadata.Key.of("stream-position", Metadata.ASCII_STRING_MARSHALLER);

    private final ServerCall<?, Bytes> call;
    private final Runnable ended;
    private boolean open;

    /** @param ended run at the end of refuse, close and abort; more than once if need be */
    GrpcWire(ServerCall<?, Bytes> call, Runnable ended) {
        this.call = call;
        this.ended = ended;
        call.setOnReadyThreshold(UNSENT_BYTES);
    }

    @Override
    public void refuse(Refusal why) {
        finish(Answer.to(why));
    }

    @Override
    public void open(Signal.Open at, Codec codec) {
        Metadata headers = new Metadata();
        if (!at.id().isEmpty()) {
            headers.put(POSITION, at.id());
        }
        call.sendHeaders(headers);
        open = true;
    }

    @Override
    public boolean ready() {
        return call.isReady();
    }

    @Override
    public void write(Bytes frame) {
        call.sendMessage(frame);
    }

    @Override
    public void flush() {}

    @Override
    public void close(Signal last) {
        open = false;
        finish(Answer.to(last));
    }

    @Override
    public void abort() {
        if (open) {
            open = false;
            if (!call.isCancelled()) {
                call.sendMessage(FrameMarshaller.CUT);
            }
        }
        ended.run();
    }

    private void finish(Answer answer) {
        call.close(answer.status(), answer.trailers());
        ended.run();
    }
}
