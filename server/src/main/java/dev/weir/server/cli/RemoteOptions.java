package dev.weir.server.cli;

import picocli.CommandLine.Option;

/** Where the server is that a command talks to. */
final class RemoteOptions {

    @Option(
            names = "--http",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "the server's HTTP (default: ${DEFAULT-VALUE})")
    String http = "";

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:50051",
            description = "the server's gRPC (default: ${DEFAULT-VALUE})")
    String grpc = "";
}
