package dev.weir.server.access;

import dev.weir.server.access.AccessEntry.What;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Logs every gRPC call when it ends, and a server's stream also when it begins. */
public final class GrpcAccess implements ServerInterceptor {

    private final AccessLog log;

    /**
     * An interceptor; it belongs before all others.
     *
     * @param log takes the entries
     */
    public GrpcAccess(AccessLog log) {
        this.log = log;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Call logged = new Call(call);
        logged.begin();
        ServerCall.Listener<Q> listener = next.startCall(
                new SimpleForwardingServerCall<Q, A>(call) {
                    @Override
                    public void close(Status status, Metadata trailers) {
                        logged.end(status.getCode().value());
                        super.close(status, trailers);
                    }
                },
                headers);
        return new SimpleForwardingServerCallListener<Q>(listener) {
            @Override
            public void onCancel() {
                logged.end(Status.CANCELLED.getCode().value());
                super.onCancel();
            }
        };
    }

    private final class Call {
        private final String method;
        private final String path;
        private final String peer;
        private final boolean stream;
        private final long start = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Call(ServerCall<?, ?> call) {
            @Nullable SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            path = call.getMethodDescriptor().getFullMethodName();
            method = call.getMethodDescriptor().getType().name();
            peer = address == null ? "" : HttpAccess.host(address);
            stream = path.endsWith("/Subscribe");
        }

        void begin() {
            if (stream) {
                add(What.OPENED, OptionalInt.empty());
            }
        }

        void end(int status) {
            if (ended.compareAndSet(false, true)) {
                add(stream ? What.CLOSED : What.REQUEST, OptionalInt.of(status));
            }
        }

        private void add(What what, OptionalInt status) {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            log.add(new AccessEntry(what, "grpc", method, path, peer, status, took, OptionalLong.empty()));
        }
    }
}
