package dev.weir.server.cli;

import dev.weir.Code;
import dev.weir.Refusal;
import dev.weir.client.RemoteSource;
import dev.weir.server.run.CannotStart;
import java.net.URI;
import picocli.CommandLine.Option;

/** The server that a command talks to. */
final class Remote {

    @Option(
            names = "--http",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "the server's HTTP (default: ${DEFAULT-VALUE})")
    private String http = "";

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:50051",
            description = "the server's gRPC (default: ${DEFAULT-VALUE})")
    private String grpc = "";

    URI http() {
        return uri("--http", http, "http://127.0.0.1:8080");
    }

    URI uri(RemoteSource.Via via) {
        return via == RemoteSource.Via.GRPC
                ? uri("--grpc", grpc.contains("://") ? grpc : "http://" + grpc, "127.0.0.1:50051")
                : http();
    }

    private static URI uri(String option, String text, String example) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && uri.getPort() > 0) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            // told below, like one without host and port
        }
        throw new Refusal(Code.BAD_REQUEST, option + "=" + text + ": allowed is one such as " + example);
    }

    /** What to say when a server can't be reached, or answers that it can't serve now. */
    static RuntimeException unreachable(Refusal no, RemoteSource.Via via, URI uri) {
        return no.code().retryable()
                ? new CannotStart(uri.getAuthority() + ": " + no.getMessage() + "; is this the right "
                        + (via == RemoteSource.Via.GRPC ? "--grpc" : "--http") + "?")
                : no;
    }
}
