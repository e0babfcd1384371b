package dev.weir.transport.grpc;

import com.google.protobuf.ByteString;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Header;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.tck.Reception;
import dev.weir.tck.TransportHarness;
import dev.weir.transport.grpc.v1.HeaderFilter;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** gRPC under the contract; its client has the generated messages alone. */
public final class GrpcHarness implements TransportHarness {

    private @Nullable ManagedChannel channel;

    @Override
    public String name() {
        return "grpc";
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return new GrpcTransport().open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        return new GrpcTransport(maxWriteStall)
                .open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        if (channel == null) {
            channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
        }
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(key(name), value));
        Reader reader = Reader.start(channel, CallOptions.DEFAULT, request(nameAndQuery), metadata, false);
        reader.request(8);
        awaitAnswer(reader);
        if (!reader.headers.isDone()) {
            throw refusal(reader);
        }
        String position = reader.headers.join().get(key("stream-position"));
        Reception reception = new Reception(position == null ? "" : position, reader::cancel);
        reader.forEach(
                response -> reception.received(signal(response)),
                () -> reception.ended(reader.status.join().isOk()));
        return reception;
    }

    private static void awaitAnswer(Reader reader) throws IOException {
        try {
            CompletableFuture.anyOf(reader.headers, reader.status).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException left) {
            reader.cancel();
            Thread.currentThread().interrupt();
            throw new IOException("the client has left", left);
        } catch (ExecutionException | TimeoutException noAnswer) {
            throw new IOException("no answer", noAnswer);
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private static Refusal refusal(Reader reader) {
        Metadata trailers = reader.trailers.join();
        String code = trailers.get(key("weir-code"));
        String retry = trailers.get(key("retry-after-ms"));
        return new Refusal(
                code(String.valueOf(code)),
                String.valueOf(reader.status.join().getDescription()),
                Duration.ofMillis(retry == null ? 0 : Long.parseLong(retry)));
    }

    /** What fits a field goes there; what does not, or comes twice, among the parameters, where the server sees it as text. */
    private static SubscribeRequest request(String nameAndQuery) {
        String[] parts = nameAndQuery.split("\\?", 2);
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().addTopics(parts[0]);
        for (String pair : parts.length > 1 ? parts[1].split("&") : new String[0]) {
            int equals = pair.indexOf('=');
            String name = pair.substring(0, equals);
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            boolean number = value.matches("[0-9]{1,9}");
            if (name.startsWith("header.")) {
                request.addHeaders(
                        HeaderFilter.newBuilder().setName(name.substring(7)).setValue(value));
                continue;
            }
            switch (name) {
                case "from" -> request.setFrom(value);
                case "after" -> request.setAfter(value);
                case "until" -> request.setUntil(value);
                case "on-gap" -> request.setOnGap(value);
                case "topic" -> request.addTopics(value);
                case "slow" -> request.setSlow(value);
                case "type" -> request.addType(value);
                case "key" -> request.addKey(value);
                case "limit" -> {
                    if (number && !request.hasLimit()) {
                        request.setLimit(Long.parseLong(value));
                    } else {
                        request.putParameters(name, value);
                    }
                }
                case "wait" -> {
                    if (number) {
                        request.setWait(Integer.parseInt(value));
                    } else {
                        request.putParameters(name, value);
                    }
                }
                case "heartbeat" -> {
                    if (number) {
                        request.setHeartbeat(Integer.parseInt(value));
                    } else {
                        request.putParameters(name, value);
                    }
                }
                default -> request.putParameters(name, value);
            }
        }
        return request.build();
    }

    private static Signal signal(SubscribeResponse response) {
        return switch (response.getSignalCase()) {
            case OPEN ->
                new Signal.Open(response.getOpen().getId(), response.getOpen().getColumnsList());
            case EVENT -> event(response.getEvent());
            case HEARTBEAT -> {
                var beat = response.getHeartbeat();
                yield new Signal.Heartbeat(beat.getId(), beat.getSuperseded());
            }
            case GAP -> {
                var gap = response.getGap();
                yield new Signal.Gap(
                        gap.getId(),
                        Stream.of(Signal.Reason.values())
                                .filter(reason -> reason.toString().equals(gap.getReason()))
                                .findFirst()
                                .orElseThrow(),
                        gap.getPartition(),
                        gap.getFrom(),
                        gap.getTo(),
                        gap.hasCount() ? OptionalLong.of(gap.getCount()) : OptionalLong.empty(),
                        gap.getTopic());
            }
            case STOP -> {
                var stop = response.getStop();
                yield new Signal.Stop(
                        stop.getId(),
                        code(stop.getCode()),
                        stop.getMessage(),
                        Duration.ofMillis(stop.getRetryAfterMs()));
            }
            case END ->
                new Signal.End(response.getEnd().getId(), response.getEnd().getEvents());
            case SIGNAL_NOT_SET -> throw new AssertionError("a signal that nobody knows");
        };
    }

    private static Event event(dev.weir.transport.grpc.v1.Event event) {
        List<Header> headers = event.getHeadersList().stream()
                .map(header -> new Header(header.getName(), header.hasValue() ? bytes(header.getValue()) : null))
                .toList();
        long millis = event.getTime().getSeconds() * 1000 + event.getTime().getNanos() / 1_000_000;
        return new Event(
                        event.getId(),
                        0,
                        0,
                        millis,
                        event.hasType() ? event.getType() : null,
                        event.hasKey() ? bytes(event.getKey()) : null,
                        headers,
                        event.hasData() ? bytes(event.getData()) : null)
                .joined(event.getTopic(), event.getId());
    }

    private static Bytes bytes(ByteString bytes) {
        return Bytes.owned(bytes.toByteArray());
    }

    private static Code code(String text) {
        return Stream.of(Code.values())
                .filter(code -> code.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no code: " + text));
    }

    @Override
    public void close() {
        ManagedChannel open = channel;
        if (open != null) {
            open.shutdownNow();
            try {
                open.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
