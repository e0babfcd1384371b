package dev.weir.transport.chunked;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.tck.Reception;
import dev.weir.tck.TransportHarness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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

/** Lines of JSON under test, read by the JDK's client, line by line. */
public final class NdjsonHarness implements TransportHarness {

    private final HttpClient http = HttpClient.newHttpClient();

    @Override
    public String name() {
        return "ndjson";
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return new ChunkedTransport().open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        return new ChunkedTransport(maxWriteStall)
                .open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + address.getPort() + "/streams/" + nameAndQuery))
                .timeout(Reception.DEADLINE);
        headers.forEach(request::header);
        HttpResponse<InputStream> response = send(request.build());
        if (response.statusCode() != 200) {
            throw refusal(response);
        }
        InputStream body = response.body();
        Reception reception =
                new Reception(response.headers().firstValue("stream-position").orElse(""), body);
        Thread.ofVirtual().name("ndjson-client").start(() -> read(body, reception));
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

    private static void read(InputStream body, Reception reception) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reception.received(signal(JsonText.object(line)));
            }
            reception.ended(true);
        } catch (IOException cut) {
            reception.ended(false);
        }
    }

    static Signal signal(Map<String, String> json) {
        String id = json.getOrDefault("id", "");
        return switch (json.getOrDefault("control", "")) {
            case "open" -> new Signal.Open(id, List.of());
            case "heartbeat" -> new Signal.Heartbeat(id, Long.parseLong(json.getOrDefault("superseded", "0")));
            case "gap" -> gap(id, json);
            case "stop" ->
                new Signal.Stop(
                        id,
                        code(json.get("code")),
                        json.get("message"),
                        Duration.ofMillis(Long.parseLong(json.get("retryAfterMs"))));
            case "end" -> new Signal.End(id, Long.parseLong(json.get("events")));
            default -> event(id, json);
        };
    }

    private static Event event(String id, Map<String, String> json) {
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
