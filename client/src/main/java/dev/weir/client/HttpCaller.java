package dev.weir.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests to one server over HTTP/1.1, a connection for each stream, and what it answers instead of them (RFC 9457). */
final class HttpCaller {

    private static final Logger LOG = System.getLogger(HttpCaller.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LONGEST_PROBLEM = 64 * 1024;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final String base;
    private final Map<String, String> headers;

    HttpCaller(URI base, Map<String, String> headers) {
        String text = base.toString();
        this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.headers = Map.copyOf(headers);
    }

    /** Opens a stream, with a POST if there is a body. Blocks until the head of the answer is there. */
    HttpResponse<InputStream> open(String pathAndQuery, String accept, Bytes body) {
        HttpRequest.Builder request = request(pathAndQuery).header("Accept", accept);
        return send(
                body.length() == 0
                        ? request.GET()
                        : request.POST(HttpRequest.BodyPublishers.ofByteArray(body.toArray())),
                200,
                "the remote source cannot be reached");
    }

    /** Sends a body. Blocks until the head of the answer is there. */
    HttpResponse<InputStream> post(String pathAndQuery, String contentType, byte[] body) {
        HttpRequest.Builder request = request(pathAndQuery)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return send(request, 201, "the remote server did not answer; whether anything was published is unknown");
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + pathAndQuery));
        headers.forEach(request::header);
        return request;
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request, int wanted, String unanswered) {
        CompletableFuture<HttpResponse<InputStream>> answer =
                client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try {
            HttpResponse<InputStream> response = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (response.statusCode() != wanted) {
                throw refusal(response);
            }
            return response;
        } catch (ExecutionException | TimeoutException failed) {
            answer.cancel(true);
            LOG.log(Level.DEBUG, "no answer", failed);
            throw new Refusal(Code.SOURCE_UNAVAILABLE, unanswered);
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new Refusal(Code.SHUTDOWN, "interrupted while waiting for the answer");
        }
    }

    private static Refusal refusal(HttpResponse<InputStream> response) {
        int status = response.statusCode();
        String word = null;
        String detail = "the remote server answered " + status;
        try (InputStream body = response.body();
                JsonParser json = SignalParser.JSON.createParser(body.readNBytes(LONGEST_PROBLEM))) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    json.nextToken();
                    switch (name) {
                        case "code" -> word = json.getText();
                        case "detail" -> detail = json.getText();
                        default -> json.skipChildren();
                    }
                }
            }
        } catch (IOException noProblem) {
            LOG.log(Level.DEBUG, "an answer without details", noProblem);
        }
        Code code = Words.code(word, code(status));
        Duration retryAfter =
                retryAfter(response.headers().firstValue("retry-after").orElse(null));
        return retryAfter == null ? new Refusal(code, detail) : new Refusal(code, detail, retryAfter);
    }

    private static Code code(int status) {
        if (status >= 502) {
            return Code.SOURCE_UNAVAILABLE;
        }
        return Stream.of(Code.values())
                .filter(code -> code.http() == status)
                .findFirst()
                .orElse(status >= 400 && status < 500 ? Code.BAD_REQUEST : Code.INTERNAL);
    }

    private static @Nullable Duration retryAfter(@Nullable String seconds) {
        return seconds != null && seconds.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    void close() {
        client.shutdown();
    }
}
