package dev.weir.transport.grpc;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Code;
import dev.weir.Deliveries;
import dev.weir.Delivery;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The service {@code weir.v1.EventStreams} over a source, and the streams it has open. A source is opened on a virtual thread of
 * its own; from then on the loop of its connection steps a stream when it is ready, or one of a few pumps on a listener of another's.
 */
public final class GrpcStreams implements BindableService, AutoCloseable {

    private static final Logger LOG = System.getLogger(GrpcStreams.class.getName());

    private final EventSource source;
    private final Deliveries deliveries;
    private final List<Loop> loops;
    private final List<Pump> pumps;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean closed;

    /** @param loops of the server's connections, if they are known: a stream is stepped where it is written, otherwise by a pump */
    GrpcStreams(EventSource source, Duration maxWriteStall, Iterable<EventExecutor> loops) {
        this.source = source;
        this.loops =
                StreamSupport.stream(loops.spliterator(), false).map(Loop::new).toList();
        deliveries = new Deliveries("weir-grpc", maxWriteStall);
        int count = this.loops.isEmpty() ? Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4) : 0;
        pumps = IntStream.range(0, count)
                .mapToObj(n -> new Pump("weir-grpc-pump-" + n))
                .toList();
    }

    /**
     * The service, for a server. Its descriptor is complete, so that reflection shows it.
     *
     * @return a definition to be added to one server
     */
    @Override
    public ServerServiceDefinition bindService() {
        ServiceDescriptor generated = EventStreamsGrpc.getServiceDescriptor();
        MethodDescriptor<SubscribeRequest, Bytes> subscribe = EventStreamsGrpc.getSubscribeMethod().toBuilder(
                        EventStreamsGrpc.getSubscribeMethod().getRequestMarshaller(), new FrameMarshaller())
                .build();
        ServiceDescriptor shared = ServiceDescriptor.newBuilder(generated.getName())
                .setSchemaDescriptor(generated.getSchemaDescriptor())
                .addMethod(subscribe)
                .build();
        return ServerServiceDefinition.builder(shared)
                .addMethod(subscribe, Stream::new)
                .build();
    }

    /**
     * How many streams are open. Any thread.
     *
     * @return 0 or more
     */
    public int open() {
        return deliveries.count();
    }

    /** Cuts every stream, refuses new ones, and ends its threads. Blocks until then, about five seconds at most. Idempotent. */
    @Override
    public void close() {
        closed = true;
        deliveries.close();
        pumps.forEach(Pump::close);
    }

    /** Called back by gRPC on the loop of the connection if it is a listener of ours. */
    private Executor here() {
        for (Loop loop : loops) {
            if (loop.own.inEventLoop()) {
                return loop;
            }
        }
        List<? extends Executor> others = loops.isEmpty() ? pumps : loops;
        return others.get(Math.floorMod(turn.getAndIncrement(), others.size()));
    }

    /** A loop of the server's connections. Once it has ended a step runs on the calling thread: there it can only end its stream. */
    private record Loop(EventExecutor own) implements Executor {

        @Override
        public void execute(Runnable step) {
            try {
                own.execute(step);
            } catch (RejectedExecutionException ended) {
                step.run();
            }
        }
    }

    /** One call. gRPC runs its callbacks one at a time, so none of them waits. */
    private final class Stream extends ServerCall.Listener<SubscribeRequest> {

        private final ServerCall<SubscribeRequest, Bytes> call;
        private final Caller caller;
        private final Delivery delivery;
        private @Nullable SubscribeRequest request;

        Stream(ServerCall<SubscribeRequest, Bytes> call, Metadata headers) {
            this.call = call;
            caller = GrpcRequest.caller(call.getAttributes(), headers);
            delivery = new Delivery(source, asked -> GrpcCodec.INSTANCE, new GrpcWire(call, this::ended));
            deliveries.add(delivery);
            call.request(2);
        }

        @Override
        public void onMessage(SubscribeRequest message) {
            request = message;
        }

        @Override
        public void onHalfClose() {
            SubscribeRequest asked = request;
            if (asked == null) {
                refuse(new Refusal(Code.BAD_REQUEST, "a request is missing"));
            } else if (closed) {
                refuse(new Refusal(Code.SHUTDOWN, "the server is shutting down"));
            } else {
                Executor loop = here();
                Thread.ofVirtual()
                        .name("weir-grpc-open")
                        .start(Context.current().wrap(() -> open(asked, loop)));
            }
        }

        private void open(SubscribeRequest asked, Executor loop) {
            try {
                delivery.start(() -> GrpcRequest.subscription(asked, caller), loop);
            } catch (IOException | RuntimeException failure) {
                LOG.log(Level.WARNING, "a stream could not be opened", failure);
                ended();
            }
        }

        private void refuse(Refusal why) {
            Answer answer = Answer.to(why);
            call.close(answer.status(), answer.trailers());
            ended();
        }

        @Override
        public void onReady() {
            delivery.wake();
        }

        @Override
        public void onCancel() {
            delivery.cancel();
        }

        private void ended() {
            deliveries.remove(delivery);
        }
    }
}
