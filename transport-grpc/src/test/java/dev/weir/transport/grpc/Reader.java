package dev.weir.transport.grpc;

import dev.weir.transport.grpc.v1.EventStreamsGrpc;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import dev.weir.transport.grpc.v1.SubscribeResponse.SignalCase;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A client of one stream, with the generated messages and its own flow control. */
final class Reader extends ClientCall.Listener<SubscribeResponse> {

    private static final SubscribeResponse LAST = SubscribeResponse.newBuilder().build();

    final CompletableFuture<Metadata> headers = new CompletableFuture<>();
    final CompletableFuture<Metadata> trailers = new CompletableFuture<>();
    final CompletableFuture<Status> status = new CompletableFuture<>();

    private final BlockingQueue<SubscribeResponse> messages = new LinkedBlockingQueue<>();
    private final ClientCall<SubscribeRequest, SubscribeResponse> call;
    private final boolean greedy;

    private Reader(ClientCall<SubscribeRequest, SubscribeResponse> call, boolean greedy) {
        this.call = call;
        this.greedy = greedy;
    }

    static SubscribeRequest to(String topic) {
        return SubscribeRequest.newBuilder().addTopics(topic).build();
    }

    static Reader start(Channel channel, SubscribeRequest request) {
        return start(channel, CallOptions.DEFAULT, request, new Metadata(), true);
    }

    /** Takes nothing until asked to. */
    static Reader stalled(Channel channel, SubscribeRequest request) {
        return start(channel, CallOptions.DEFAULT, request, new Metadata(), false);
    }

    static Reader start(
            Channel channel, CallOptions options, SubscribeRequest request, Metadata headers, boolean greedy) {
        var call = channel.newCall(EventStreamsGrpc.getSubscribeMethod(), options);
        Reader reader = new Reader(call, greedy);
        call.start(reader, headers);
        call.sendMessage(request);
        call.halfClose();
        if (greedy) {
            call.request(64);
        }
        return reader;
    }

    void request(int count) {
        call.request(count);
    }

    void cancel() {
        call.cancel("the test has seen enough", null);
    }

    SubscribeResponse next() throws Exception {
        SubscribeResponse message = messages.poll(10, TimeUnit.SECONDS);
        if (message == null || message == LAST) {
            throw new AssertionError("no message, or none within 10 s; status " + status.getNow(null));
        }
        return message;
    }

    SubscribeResponse next(SignalCase wanted) throws Exception {
        SubscribeResponse message = next();
        if (message.getSignalCase() != wanted) {
            throw new AssertionError("wanted " + wanted + " but got " + message);
        }
        return message;
    }

    /** Hands every message to a consumer, from a thread of its own, and then tells the end. */
    void forEach(Consumer<SubscribeResponse> consumer, Runnable ended) {
        Thread.ofVirtual().name("grpc-reader").start(() -> {
            try {
                while (true) {
                    SubscribeResponse message = messages.take();
                    if (message == LAST) {
                        ended.run();
                        return;
                    }
                    consumer.accept(message);
                    call.request(1);
                }
            } catch (InterruptedException stopped) {
                ended.run();
            }
        });
    }

    List<SubscribeResponse> all() throws Exception {
        status();
        List<SubscribeResponse> all = new ArrayList<>();
        messages.drainTo(all);
        all.remove(LAST);
        return all;
    }

    Status status() throws Exception {
        return status.get(10, TimeUnit.SECONDS);
    }

    String trailer(String name) throws Exception {
        return trailers.get(10, TimeUnit.SECONDS).get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    @Override
    public void onHeaders(Metadata received) {
        headers.complete(received);
    }

    @Override
    public void onMessage(SubscribeResponse message) {
        messages.add(message);
        if (greedy) {
            call.request(1);
        }
    }

    @Override
    public void onClose(Status closed, Metadata received) {
        trailers.complete(received);
        messages.add(LAST);
        status.complete(closed);
    }
}
