package dev.weir.transport.sse;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.tck.Reception;
import dev.weir.tck.TransportHarness;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Server-sent events under test, read by the JDK's client and a reader of our own. */
public class SseHarness implements TransportHarness {

    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    public String name() {
        return "sse";
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return new SseTransport().open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        return new SseTransport(maxWriteStall).open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + address.getPort() + "/events/" + nameAndQuery))
                .timeout(Reception.DEADLINE);
        headers.forEach(request::header);
        HttpResponse<InputStream> response = send(request.build());
        if (response.statusCode() != 200) {
            throw refusal(response);
        }
        InputStream body = response.body();
        Reception reception =
                new Reception(response.headers().firstValue("stream-position").orElse(""), body);
        boolean full = nameAndQuery.contains("envelope=full");
        Thread.ofVirtual().name("sse-client").start(() -> read(new EventStream(body), full, reception));
        return reception;
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(stopped);
        }
    }

    private static Refusal refusal(HttpResponse<InputStream> response) throws IOException {
        Map<String, String> problem =
                JsonText.object(new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        String seconds = response.headers().firstValue("retry-after").orElse("0");
        return new Refusal(
                code(problem.get("code")),
                String.valueOf(problem.get("detail")),
                Duration.ofSeconds(Long.parseLong(seconds)));
    }

    private static void read(EventStream stream, boolean full, Reception reception) {
        try {
            for (EventStream.Block block = stream.next(); block != null; block = stream.next()) {
                reception.received(signal(block, full));
            }
            reception.ended(true);
        } catch (IOException cut) {
            reception.ended(false);
        }
    }

    static Signal signal(EventStream.Block block, boolean full) {
        String id = block.id() == null ? "" : block.id();
        String event = block.event() == null ? "" : block.event();
        String data = block.dispatched();
        if (data == null) {
            return block.retry() != null ? new Signal.Open(id, List.of()) : new Signal.Heartbeat(id, 0);
        }
        return switch (event) {
            case "stream-open" -> new Signal.Open(id, List.of());
            case "stream-heartbeat" ->
                new Signal.Heartbeat(id, Long.parseLong(JsonText.object(data).getOrDefault("superseded", "0")));
            case "stream-gap" -> gap(id, JsonText.object(data));
            case "stream-stop" -> {
                Map<String, String> told = JsonText.object(data);
                yield new Signal.Stop(
                        id,
                        code(told.get("code")),
                        told.get("message"),
                        Duration.ofMillis(Long.parseLong(told.get("retryAfterMs"))));
            }
            case "stream-end" -> {
                if (!id.endsWith(".end")) {
                    throw new AssertionError("an end without its suffix: " + block);
                }
                yield new Signal.End(
                        id.substring(0, id.length() - 4),
                        Long.parseLong(JsonText.object(data).get("events")));
            }
            default -> full ? whole(id, event, JsonText.object(data)) : bare(id, event, data);
        };
    }

    private static Event bare(String id, String type, String data) {
        return new Event(id, 0, 0, 0, type.isEmpty() ? null : type, null, List.of(), Bytes.utf8(data));
    }

    private static Event whole(String id, String type, Map<String, String> json) {
        if (!id.equals(json.getOrDefault("id", "")) || !type.equals(json.getOrDefault("type", ""))) {
            throw new AssertionError("the envelope says otherwise: " + json);
        }
        String key = json.get("key");
        return new Event(
                        id,
                        0,
                        0,
                        0,
                        json.get("type"),
                        key == null ? null : Bytes.utf8(key),
                        List.of(),
                        data(json.get("data"), json.get("encoding")))
                .joined(json.getOrDefault("topic", ""), id);
    }

    private static @Nullable Bytes data(@Nullable String text, @Nullable String encoding) {
        if (text == null) {
            return null;
        }
        return "base64".equals(encoding) ? Bytes.owned(Base64.getDecoder().decode(text)) : Bytes.utf8(text);
    }

    private static Signal.Gap gap(String id, Map<String, String> told) {
        Signal.Reason reason = Stream.of(Signal.Reason.values())
                .filter(known -> known.toString().equals(told.get("reason")))
                .findFirst()
                .orElseThrow();
        String count = told.get("count");
        return new Signal.Gap(
                id,
                reason,
                Integer.parseInt(told.get("partition")),
                Long.parseLong(told.get("from")),
                Long.parseLong(told.get("to")),
                count == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(count)),
                told.getOrDefault("topic", ""));
    }

    private static Code code(@Nullable String text) {
        return Stream.of(Code.values())
                .filter(known -> known.toString().equals(text))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
