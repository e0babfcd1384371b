package dev.weir.server.proxies;

import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A stream over HTTP, line by line as it arrives. */
final class Tap implements AutoCloseable {

    static final String COMPLETE = "<complete>";
    static final String CUT = "<cut>";
    private static final Duration SOON = Duration.ofSeconds(10);

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final InputStream body;

    Tap(HttpClient client, String url) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(SOON).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError(url + " is " + response.statusCode());
        }
        body = response.body();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            lines.add(COMPLETE);
        } catch (IOException cut) {
            lines.add(CUT);
        }
    }

    /** Passes over lines until one is such. Blocks. */
    String await(Predicate<String> such) {
        try {
            String line = lines.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            while (line != null && !such.test(line)) {
                if (line.equals(COMPLETE) || line.equals(CUT)) {
                    return fail("the stream has ended: %s", line);
                }
                line = lines.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            return line == null ? fail("no such line within %s", SOON) : line;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
