package dev.weir.server.cli;

import dev.weir.Bytes;
import dev.weir.Event;
import dev.weir.Publisher;
import dev.weir.Refusal;
import dev.weir.client.HttpPublisher;
import dev.weir.client.RemoteSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir publish}: lines from standard input. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Publishes each line of standard input as an event, and tells how many were acknowledged.")
final class PublishCommand implements Callable<Integer> {

    private static final int MOST_LINES = 1000;
    private static final int MOST_CHARACTERS = 1 << 20;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "the topic")
    private String topic = "";

    @Option(names = "--key", paramLabel = "K", description = "the key of every event")
    private @Nullable String key;

    @Option(names = "--type", paramLabel = "T", description = "the type of every event")
    private @Nullable String type;

    @Mixin
    private final Remote remote = new Remote();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private long acknowledged;

    @Override
    public Integer call() throws Exception {
        URI server = remote.http();
        try (HttpPublisher publisher = new HttpPublisher(server, Map.of());
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            publish(publisher, lines);
        } catch (Refusal no) {
            throw Remote.unreachable(no, RemoteSource.Via.NDJSON, server);
        } finally {
            spec.commandLine().getErr().println("weir: " + acknowledged + " acknowledged");
        }
        return 0;
    }

    /** A batch is what has been typed so far, so that a line does not wait for the next one. */
    private void publish(Publisher publisher, BufferedReader lines) throws IOException {
        List<Event> batch = new ArrayList<>();
        int characters = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            batch.add(Event.of(type, line).withKey(key == null ? null : Bytes.utf8(key)));
            characters += line.length();
            if (!lines.ready() || batch.size() == MOST_LINES || characters > MOST_CHARACTERS) {
                acknowledged += publisher.publish(topic, List.copyOf(batch)).size();
                batch.clear();
                characters = 0;
            }
        }
        if (!batch.isEmpty()) {
            acknowledged += publisher.publish(topic, List.copyOf(batch)).size();
        }
    }
}
