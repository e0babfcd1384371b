package dev.weir.client;

import com.google.protobuf.ByteString;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Header;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.transport.grpc.v1.Event;
import dev.weir.transport.grpc.v1.Gap;
import dev.weir.transport.grpc.v1.Stop;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Signals from one gRPC call on a channel of its own. */
final class GrpcReader extends ClientCall.Listener<SubscribeResponse> implements SignalReader {

    private static final int AHEAD = 8;
    private static final long PATIENCE_SECONDS = 30;
    private static final SubscribeResponse CLOSED =
            SubscribeResponse.newBuilder().build();
    private static final Metadata.Key<String> POSITION = key("stream-position");
    private static final Metadata.Key<String> CODE = key("weir-code");
    private static final Metadata.Key<String> RETRY = key("retry-after-ms");

    private final ManagedChannel channel;
    private final ClientCall<SubscribeRequest, SubscribeResponse> call;
    private final Duration patience;
    private final CompletableFuture<String> position = new CompletableFuture<>();
    private volatile @Nullable Refusal failed;
    private final BlockingQueue<SubscribeResponse> messages = new LinkedBlockingQueue<>();

    GrpcReader(ManagedChannel channel, ClientCall<SubscribeRequest, SubscribeResponse> call, Duration patience) {
        this.patience = patience;
        this.channel = channel;
        this.call = call;
    }

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Asks, and blocks until the head of the answer is there. Gives where the stream starts. */
    String start(SubscribeRequest request, Metadata headers) {
        call.start(this, headers);
        call.request(AHEAD);
        call.sendMessage(request);
        call.halfClose();
        try {
            return position.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            close();
            throw failed.getCause() instanceof Refusal refusal
                    ? refusal
                    : new Refusal(Code.INTERNAL, "the remote source could not be opened");
        } catch (TimeoutException late) {
            close();
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "the remote source did not answer");
        } catch (InterruptedException stopped) {
            close();
            Thread.currentThread().interrupt();
            throw new Refusal(Code.SHUTDOWN, "interrupted while waiting for the answer");
        }
    }

    @Override
    public void onHeaders(Metadata headers) {
        String start = headers.get(POSITION);
        position.complete(start == null ? "" : start);
    }

    @Override
    public void onMessage(SubscribeResponse message) {
        messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        Refusal why = refusal(status, trailers);
        if (!status.isOk() && (trailers.containsKey(CODE) || why.code() != Code.SOURCE_UNAVAILABLE)) {
            failed = why;
        }
        position.completeExceptionally(why);
        messages.add(CLOSED);
    }

    private static Refusal refusal(Status status, Metadata trailers) {
        String word = trailers.get(CODE);
        String retry = trailers.get(RETRY);
        String said = status.getDescription();
        if (word == null) {
            return switch (status.getCode()) {
                case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED ->
                    new Refusal(Code.SOURCE_UNAVAILABLE, "the remote source cannot be reached");
                case UNIMPLEMENTED -> new Refusal(Code.NOT_FOUND, "the remote server has no event streams");
                case UNAUTHENTICATED -> new Refusal(Code.UNAUTHENTICATED, String.valueOf(said));
                case PERMISSION_DENIED -> new Refusal(Code.FORBIDDEN, String.valueOf(said));
                default -> new Refusal(Code.INTERNAL, "the remote server failed");
            };
        }
        return new Refusal(
                Words.code(word, Code.INTERNAL),
                said == null ? word : said,
                Duration.ofMillis(retry == null ? 0 : Long.parseLong(retry)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public @Nullable Signal next() throws IOException, InterruptedException {
        while (true) {
            SubscribeResponse message = messages.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throw new SocketTimeoutException("silent for " + patience);
            }
            if (message == CLOSED) {
                messages.add(CLOSED);
                Refusal why = failed;
                if (why != null) {
                    throw why;
                }
                return null;
            }
            call.request(1);
            Signal signal = signal(message);
            if (signal != null) {
                return signal;
            }
        }
    }

    private static @Nullable Signal signal(SubscribeResponse told) {
        return switch (told.getSignalCase()) {
            case OPEN ->
                new Signal.Open(
                        told.getOpen().getId(), List.copyOf(told.getOpen().getColumnsList()));
            case EVENT -> event(told.getEvent());
            case HEARTBEAT ->
                new Signal.Heartbeat(
                        told.getHeartbeat().getId(), told.getHeartbeat().getSuperseded());
            case GAP -> gap(told.getGap());
            case STOP -> stop(told.getStop());
            case END -> new Signal.End(told.getEnd().getId(), told.getEnd().getEvents());
            case SIGNAL_NOT_SET -> null;
        };
    }

    private static Signal gap(Gap gap) {
        OptionalLong count = gap.hasCount() ? OptionalLong.of(gap.getCount()) : OptionalLong.empty();
        return new Signal.Gap(
                gap.getId(),
                Words.reason(gap.getReason()),
                gap.getPartition(),
                gap.getFrom(),
                gap.getTo(),
                count,
                gap.getTopic());
    }

    private static Signal stop(Stop stop) {
        Code otherwise = stop.getRetryable() ? Code.SOURCE_UNAVAILABLE : Code.INTERNAL;
        return new Signal.Stop(
                stop.getId(),
                Words.code(stop.getCode(), otherwise),
                stop.getMessage(),
                Duration.ofMillis(stop.getRetryAfterMs()));
    }

    private static Signal event(Event event) {
        List<Header> headers = event.getHeadersList().stream()
                .map(header -> new Header(header.getName(), header.hasValue() ? bytes(header.getValue()) : null))
                .toList();
        return new dev.weir.Event(
                        event.getId(),
                        0,
                        0,
                        event.getTime().getSeconds() * 1000 + event.getTime().getNanos() / 1_000_000,
                        event.hasType() ? event.getType() : null,
                        event.hasKey() ? bytes(event.getKey()) : null,
                        headers,
                        event.hasData() ? bytes(event.getData()) : null)
                .joined(event.getTopic(), event.getId());
    }

    private static Bytes bytes(ByteString bytes) {
        return Bytes.owned(bytes.toByteArray());
    }

    @Override
    public void close() {
        call.cancel("closed by the reader", null);
        channel.shutdownNow();
    }
}
