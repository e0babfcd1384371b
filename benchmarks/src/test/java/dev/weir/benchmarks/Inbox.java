package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.hub.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/** The publishing half of a server: {@code POST /topics/{topic}/events?envelope=full} into one topic. */
final class Inbox implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Topic topic;

    Inbox(Topic topic) throws IOException {
        this.topic = topic;
        server.createContext("/topics/bench/events", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        StringJoiner published = new StringJoiner(",", "{\"published\":[", "]}");
        try (exchange;
                MappingIterator<JsonNode> lines =
                        JSON.readerFor(JsonNode.class).readValues(exchange.getRequestBody())) {
            while (lines.hasNext()) {
                byte[] data = lines.next().path("data").binaryValue();
                long offset = topic.publish(Event.of(null, Bytes.owned(data))).offset();
                published.add("{\"partition\":0,\"offset\":" + offset + "}");
            }
            byte[] answer = published.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(201, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
