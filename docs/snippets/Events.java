import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads server-sent events with the JDK alone, and comes back behind the last one: {@code java Events.java URL}. */
public class Events {

    interface Listener {
        void on(String name, String id, String data);
    }

    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private volatile long heardNanos;
    private String last = "";
    private long retryMillis = 2_000;

    public static void main(String[] args) throws InterruptedException {
        new Events().read(URI.create(args[0]), (name, id, data) -> {
            if (name.startsWith("stream-")) {
                System.err.println(name + ": " + data);
            } else {
                System.out.println(data);
            }
        });
    }

    /** Blocks until the stream has ended for good. */
    void read(URI uri, Listener listener) throws InterruptedException {
        boolean ended = false;
        while (!ended) {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream");
            if (!last.isEmpty()) {
                request.header("Last-Event-ID", last);
            }
            try {
                HttpResponse<Stream<String>> answer = http.send(request.build(), BodyHandlers.ofLines());
                try (Stream<String> lines = answer.body()) {
                    switch (answer.statusCode()) {
                        case 200 -> {
                            Thread watch = watch(lines);
                            try {
                                ended = dispatch(lines.iterator(), listener);
                            } finally {
                                watch.interrupt();
                            }
                        }
                        case 204 -> ended = true;
                        case 429, 500, 502, 503, 504 ->
                            retryMillis = 1_000
                                    * answer.headers()
                                            .firstValueAsLong("Retry-After")
                                            .orElse(2);
                        default ->
                            throw new IllegalStateException(
                                    answer.statusCode() + " " + lines.collect(Collectors.joining("\n")));
                    }
                }
            } catch (IOException | UncheckedIOException broken) {
                // comes back below
            }
            if (!ended) {
                Thread.sleep(retryMillis + ThreadLocalRandom.current().nextLong(retryMillis / 2 + 1));
            }
        }
    }

    /** Takes a server for gone that has not even sent a heartbeat for a minute. */
    private Thread watch(Stream<String> lines) {
        heardNanos = System.nanoTime();
        return Thread.startVirtualThread(() -> {
            try {
                long left = SILENCE.toNanos();
                while (left > 0) {
                    Thread.sleep(Duration.ofNanos(left));
                    left = heardNanos + SILENCE.toNanos() - System.nanoTime();
                }
                lines.close();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Whether there is no more to come. An event counts, and its id, once its empty line is there. */
    private boolean dispatch(Iterator<String> lines, Listener listener) {
        String name = "message";
        String id = last;
        List<String> data = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next();
            heardNanos = System.nanoTime();
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(line.startsWith(": ", colon) ? colon + 2 : colon + 1);
            if (line.isEmpty()) {
                last = id;
                String text = String.join("\n", data);
                if (!data.isEmpty()) {
                    listener.on(name, last, text);
                }
                if (name.equals("stream-stop") && text.contains("\"retryable\":false")) {
                    throw new IllegalStateException(text);
                }
                if (name.equals("stream-end")) {
                    return true;
                }
                name = "message";
                data.clear();
            } else if (field.equals("event")) {
                name = value;
            } else if (field.equals("data")) {
                data.add(value);
            } else if (field.equals("id")) {
                id = value;
            } else if (field.equals("retry")) {
                retryMillis = Long.parseLong(value);
            }
        }
        return false;
    }
}
