package dev.weir.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.server.run.CannotStart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir topics}: what a server offers. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Prints the topics of a server, a name and its number of partitions on each line.")
final class TopicsCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Mixin
    private final Remote remote = new Remote();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        JsonNode answer = answer();
        for (JsonNode topic : answer.path("topics")) {
            spec.commandLine()
                    .getOut()
                    .println(topic.path("name").asText() + "\t"
                            + topic.path("partitions").asInt());
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private JsonNode answer() throws InterruptedException {
        URI server = remote.http();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(server.toString().replaceAll("/$", "") + "/topics"))
                .timeout(PATIENCE)
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            JsonNode answer = new ObjectMapper().readTree(response.body());
            if (response.statusCode() != 200) {
                throw new CannotStart(server + " answers " + response.statusCode() + ": "
                        + answer.path("detail").asText());
            }
            return answer;
        } catch (IOException unreachable) {
            throw new CannotStart("no server answers at " + server + "; start one, or choose another --http");
        }
    }
}
