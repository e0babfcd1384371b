package dev.weir.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests to one server over HTTP/1.1, a connection for each stream, and what it answers instead of them (RFC 9457). */
final class HttpCaller {

    private static final Logger LOG = System.getLogger(HttpCaller.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_WITH_REFUSALS = Duration.ofSeconds(5);
    private static final int LONGEST_PROBLEM = 64 * 1024;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final String base;
    private final Map<String, String> headers;
    private volatile boolean closed;

    HttpCaller(URI base, Map<String, String> headers) {
        String text = base.toString();
        this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.headers = Map.copyOf(headers);
    }

    /**
     * Opens a stream, with a POST if the subscription has a body. Blocks until the server has said yes or no. 204 is a stream that has
     * ended.
     */
    Cursor open(
            String pathAndQuery,
            String mediaType,
            Subscription subscription,
            Function<InputStream, SignalReader> reader) {
        HttpRequest.Builder request = request(pathAndQuery).header("Accept", mediaType);
        Bytes body = subscription.body();
        HttpResponse<Body> answer = send(
                body.length() == 0
                        ? request.GET()
                        : request.POST(HttpRequest.BodyPublishers.ofByteArray(body.toArray())),
                () -> Body.parts(Patience.with(subscription)),
                "the remote source cannot be reached");
        String position = answer.headers().firstValue("stream-position").orElse("");
        if (answer.statusCode() == 204) {
            answer.body().close();
            return Cold.run(out -> out.emit(new Signal.End(asked(subscription.start()), 0)));
        }
        require(200, answer);
        requireType(mediaType, answer);
        return RemoteCursor.over(position, reader.apply(answer.body()));
    }

    private static String asked(Start start) {
        return start instanceof Start.After after ? after.id() : "";
    }

    private static void requireType(String wanted, HttpResponse<Body> answer) {
        String encoding = answer.headers().firstValue("content-encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            answer.body().close();
            throw new Refusal(
                    Code.NOT_ACCEPTABLE,
                    "the answer's content encoding is " + shortened(encoding) + ", which was not asked for");
        }
        String type = answer.headers().firstValue("content-type").orElse("nothing");
        String bare = type.split(";", 2)[0].strip();
        if (!bare.equalsIgnoreCase(wanted)) {
            answer.body().close();
            throw new Refusal(
                    Code.NOT_ACCEPTABLE,
                    "the answer's content type is " + shortened(bare) + " instead of " + wanted
                            + "; is a Weir server at this address, and not a proxy's page?");
        }
    }

    private static String shortened(String text) {
        return text.length() > 100 ? text.substring(0, 100) : text;
    }

    /** Sends a body. Blocks until the head of the answer is there. */
    HttpResponse<Body> post(String pathAndQuery, String contentType, byte[] body) {
        HttpRequest.Builder request = request(pathAndQuery)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        HttpResponse<Body> answer = send(
                request,
                () -> Body.whole(PATIENCE),
                "the remote server did not answer; whether anything was published is unknown");
        require(201, answer);
        return answer;
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + pathAndQuery));
        headers.forEach(request::header);
        return request;
    }

    private HttpResponse<Body> send(HttpRequest.Builder request, Supplier<Body> body, String unanswered) {
        if (closed) {
            throw new Refusal(Code.BAD_REQUEST, "the client is closed; make another");
        }
        CompletableFuture<HttpResponse<Body>> answer = client.sendAsync(
                request.build(), head -> head.statusCode() < 300 ? body.get() : Body.whole(PATIENCE_WITH_REFUSALS));
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            abandon(answer);
            LOG.log(Level.DEBUG, "no answer", failed);
            throw new Refusal(Code.SOURCE_UNAVAILABLE, unanswered);
        } catch (InterruptedException stopped) {
            abandon(answer);
            Thread.currentThread().interrupt();
            throw new Refusal(Code.SHUTDOWN, "interrupted while waiting for the answer");
        }
    }

    private static void abandon(CompletableFuture<HttpResponse<Body>> answer) {
        answer.cancel(true);
        if (answer.state() == Future.State.SUCCESS) {
            answer.resultNow().body().close();
        }
    }

    private static void require(int wanted, HttpResponse<Body> answer) {
        if (answer.statusCode() != wanted) {
            throw refusal(answer);
        }
    }

    private static Refusal refusal(HttpResponse<Body> response) {
        int status = response.statusCode();
        String word = null;
        String detail = "the remote server answered " + status
                + (status / 100 == 3 ? ", a redirection, which is not followed; use the address that it leads to" : "");
        try (Body body = response.body();
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
        if (status >= 502 || status == 408) {
            return Code.SOURCE_UNAVAILABLE;
        }
        if (status < 400) {
            return Code.NOT_ACCEPTABLE;
        }
        return Stream.of(Code.values())
                .filter(code -> code.http() == status)
                .findFirst()
                .orElse(status < 500 ? Code.BAD_REQUEST : Code.INTERNAL);
    }

    /** Seconds or a point in time (RFC 9110, section 10.2.3); null for anything else. */
    private static @Nullable Duration retryAfter(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            Duration left = Duration.between(Instant.now(), then);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeParseException unknown) {
            return null;
        }
    }

    void close() {
        closed = true;
        client.shutdown();
    }
}
