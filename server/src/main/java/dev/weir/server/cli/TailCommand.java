package dev.weir.server.cli;

import dev.weir.Refusal;
import dev.weir.client.RemoteSource;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir tail}: prints a topic as it grows. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the events of a topic, a line of data each, until the stream ends.",
            "When the connection is lost it comes back after the last event."
        })
final class TailCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "TOPIC", description = "the topic")
    private String topic = "";

    @Option(
            names = "--via",
            paramLabel = "TRANSPORT",
            defaultValue = "SSE",
            description = "sse, ndjson or grpc (default: sse)")
    private RemoteSource.Via via = RemoteSource.Via.SSE;

    @ArgGroup
    private @Nullable Begin begin;

    @Option(names = "--limit", paramLabel = "N", description = "ends after so many events")
    private long limit;

    @Option(names = "--full", description = "prints JSON objects with id, type, key, time and data")
    private boolean full;

    @Mixin
    private final Remote remote = new Remote();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private static final class Begin {
        @Option(
                names = "--from",
                paramLabel = "START",
                description = "latest, earliest, last:<n> or an RFC 3339 time (default: latest)")
        private @Nullable String from;

        @Option(names = "--after", paramLabel = "ID", description = "goes on behind the event with this id")
        private @Nullable String after;
    }

    @Override
    public Integer call() throws Exception {
        if (limit < 0 || (limit == 0 && spec.commandLine().getParseResult().hasMatchedOption("--limit"))) {
            throw new ParameterException(spec.commandLine(), "--limit=" + limit + ": allowed is 1 or more");
        }
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
        URI server = remote.uri(via);
        try (RemoteSource source = RemoteSource.of(via, server)) {
            new Tail(source, topic, parameters(), limit, out, spec.commandLine().getErr(), full).run();
        } catch (Refusal no) {
            throw Remote.unreachable(no, via, server);
        } catch (IOException readerGone) {
            return 0;
        }
        return 0;
    }

    private Map<String, List<String>> parameters() {
        Map<String, List<String>> given = new HashMap<>();
        if (begin != null && begin.from != null) {
            given.put("from", List.of(begin.from));
        }
        if (begin != null && begin.after != null) {
            given.put("after", List.of(begin.after));
        }
        return given;
    }
}
