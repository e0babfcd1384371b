package dev.weir.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.Endpoint;
import dev.weir.EventSource;
import dev.weir.Sources;
import dev.weir.Transport;
import dev.weir.transport.chunked.ChunkedTransport;
import dev.weir.transport.grpc.GrpcTransport;
import dev.weir.transport.sse.SseTransport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server of one topic, {@code bench}, and the rig that measures it, as its command line. */
final class Bench implements AutoCloseable {

    private final Sources sources = new Sources();
    private final Endpoint endpoint;
    private final String transport;

    Bench(String transport, EventSource topic) throws IOException {
        this(
                transport,
                topic,
                switch (transport) {
                    case "sse" -> new SseTransport();
                    case "ndjson" -> new ChunkedTransport();
                    default -> new GrpcTransport();
                });
    }

    Bench(String name, EventSource topic, Transport transport) throws IOException {
        this.transport = name;
        sources.register("bench", topic);
        endpoint = transport.open(sources, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    String url() {
        return "http://127.0.0.1:" + endpoint.address().getPort();
    }

    Run load(String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        String authority = "127.0.0.1:" + endpoint.address().getPort();
        words.addAll(List.of("--transport", transport));
        words.addAll(List.of(
                transport.equals("grpc") ? "--grpc" : "--http",
                transport.equals("grpc") ? authority : "http://" + authority));
        return Run.of(new Interruption(), words.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        endpoint.close();
        sources.close();
    }

    /** What one command has said. */
    record Run(int code, String out, String err, JsonNode json) {

        static Run of(Interruption interruption, String... options) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            try {
                Path file = Files.createTempFile("weir-load", ".json");
                List<String> words = new ArrayList<>(List.of(options));
                words.addAll(List.of("--json", file.toString()));
                int code = Rig.run(
                        interruption,
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        words.toArray(String[]::new));
                JsonNode json = new ObjectMapper().readTree(file.toFile());
                Files.delete(file);
                return new Run(code, out.toString(), err.toString(), json);
            } catch (IOException unwritable) {
                throw new AssertionError(unwritable);
            }
        }

        double figure(String name) {
            JsonNode figure = json.path("runs").path(0).path("figures").path(name);
            if (!figure.isNumber()) {
                throw new AssertionError("no figure " + name + " in " + json);
            }
            return figure.asDouble();
        }
    }
}
