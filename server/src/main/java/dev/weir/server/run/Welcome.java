package dev.weir.server.run;

import java.util.Collection;

/** What people read when the server is ready: lines to copy. */
public final class Welcome {

    private Welcome() {}

    /**
     * The block of lines.
     *
     * @param ready where the server is
     * @param topics what it offers
     * @param streams the streams that are no topics
     * @param read a topic to read in the examples
     * @param write a topic to publish to in the examples; empty: there is none
     * @return lines, each with a line feed
     */
    public static String text(
            Ready ready, Collection<String> topics, Collection<String> streams, String read, String write) {
        String http = ready.http();
        String grpc = ready.grpc();
        return """

                Weir is ready (process %d). Topics: %s%s

                  browser   %s
                  SSE       curl -N '%s/events/%s'
                  NDJSON    curl -N '%s/streams/%s'
                  gRPC      grpcurl -plaintext -d '{"topics":["%s"]}' %s weir.v1.EventStreams/Subscribe
                            buf curl --protocol grpc --http2-prior-knowledge -d '{"topics":["%s"]}' http://%s/weir.v1.EventStreams/Subscribe
                %s
                Ctrl-C ends it.
                """.formatted(
                        ready.pid(),
                        String.join(", ", topics),
                        streams.isEmpty() ? "" : "\nStreams made for who reads them: " + String.join(", ", streams),
                        ready.admin().orElse(http) + "/",
                        http,
                        read,
                        http,
                        read,
                        read,
                        grpc,
                        read,
                        grpc,
                        write.isEmpty() ? "" : publishing(ready, write));
    }

    private static String publishing(Ready ready, String topic) {
        return """
                  publish   curl -d '{"hello":"world"}' '%s/topics/%s/events'
                            echo hello | kcat -P -b %s -t %s
                """.formatted(ready.http(), topic, ready.kafka(), topic).indent(2);
    }
}
