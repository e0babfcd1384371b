import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.Stop;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Reads a topic over gRPC, and comes back behind the last id: {@code Subscriber HOST:PORT TOPIC [LIMIT]}. */
public class Subscriber {

    private static final Metadata.Key<String> RETRY_AFTER =
            Metadata.Key.of("retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);
    private static final Set<Status.Code> BROKEN =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.INTERNAL, Status.Code.UNKNOWN);

    public static void main(String[] args) throws InterruptedException {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().addTopics(args[1]);
        if (args.length > 2) {
            request.setLimit(Long.parseLong(args[2]));
        }
        ManagedChannel channel = Grpc.newChannelBuilder(args[0], InsecureChannelCredentials.create())
                .keepAliveTime(40, TimeUnit.SECONDS)
                .keepAliveTimeout(15, TimeUnit.SECONDS)
                .build();
        try {
            read(channel, request);
        } finally {
            channel.shutdownNow();
        }
    }

    /** Blocks until the stream has ended for good. */
    static void read(ManagedChannel channel, SubscribeRequest.Builder request) throws InterruptedException {
        while (true) {
            long retryMillis = 2_000;
            try {
                Iterator<SubscribeResponse> signals =
                        EventStreamsGrpc.newBlockingStub(channel).subscribe(request.build());
                while (signals.hasNext()) {
                    SubscribeResponse signal = signals.next();
                    switch (signal.getSignalCase()) {
                        case OPEN -> goOn(request, signal.getOpen().getId());
                        case HEARTBEAT -> goOn(request, signal.getHeartbeat().getId());
                        case EVENT -> {
                            System.out.println(signal.getEvent().getData().toStringUtf8());
                            goOn(request, signal.getEvent().getId());
                        }
                        case GAP -> {
                            System.err.println("gap " + signal.getGap());
                            goOn(request, signal.getGap().getId());
                        }
                        case STOP -> {
                            Stop stop = signal.getStop();
                            if (!stop.getRetryable()) {
                                throw new IllegalStateException(stop.getCode() + ": " + stop.getMessage());
                            }
                            goOn(request, stop.getId());
                        }
                        case END -> {
                            return;
                        }
                        case SIGNAL_NOT_SET -> {}
                    }
                }
            } catch (StatusRuntimeException broken) {
                String later = broken.getTrailers() == null
                        ? null
                        : broken.getTrailers().get(RETRY_AFTER);
                if (later != null) {
                    retryMillis = Long.parseLong(later);
                } else if (!BROKEN.contains(broken.getStatus().getCode())) {
                    throw broken;
                }
            }
            Thread.sleep(retryMillis + ThreadLocalRandom.current().nextLong(retryMillis / 2 + 1));
            channel.resetConnectBackoff();
        }
    }

    /** The next request starts behind that id. An empty one says that the stream can't be resumed. */
    private static void goOn(SubscribeRequest.Builder request, String id) {
        if (!id.isEmpty()) {
            request.clearFrom().setAfter(id);
        }
    }
}
