package dev.weir.server.http;

import dev.weir.Code;
import dev.weir.Delivery;
import dev.weir.Signal;
import dev.weir.Sources;
import dev.weir.server.access.AccessLog;
import dev.weir.server.topics.Catalogue;
import dev.weir.server.topics.Cluster;
import dev.weir.sources.kafka.Lag;
import dev.weir.transport.sse.SseService;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code GET /metrics}: figures for Prometheus, read when they are asked for. No label comes from a client. */
final class Metrics {

    private final Catalogue catalogue;
    private final AccessLog log;
    private @Nullable Scraped scraped;

    Metrics(Catalogue catalogue, AccessLog log) {
        this.catalogue = catalogue;
        this.log = log;
    }

    void routes(Routes routes) {
        routes.get("/metrics", this::answer);
    }

    private void answer(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain;version=0.0.4;charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        Body.send(response, scrape());
    }

    /** The registry is made by the first who asks: a start need not wait for it. */
    private synchronized String scrape() {
        Scraped present = scraped;
        if (present == null) {
            present = made();
            scraped = present;
        }
        present.update(catalogue.attached().map(Cluster::lags).orElse(Map.of()));
        return present.registry().scrape();
    }

    /** The registry, and what has rows that come and go. */
    private record Scraped(PrometheusMeterRegistry registry, MultiGauge lags, MultiGauge held) {

        void update(Map<String, Lag> topics) {
            List<Row<?>> lag = new ArrayList<>();
            List<Row<?>> open = new ArrayList<>();
            topics.forEach((topic, behind) -> {
                Tags tags = Tags.of("topic", topic);
                lag.add(Row.of(tags, behind.records()));
                open.add(Row.of(tags, behind.openTransactionRecords()));
            });
            lags.register(lag, true);
            held.register(open, true);
        }
    }

    private Scraped made() {
        PrometheusMeterRegistry made = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Gauge.builder("weir.streams.open", catalogue, Catalogue::open)
                .description("Streams that are open, on every transport")
                .register(made);
        Sources streams = catalogue.streams();
        FunctionCounter.builder("weir.streams.opened", streams, Sources::opened)
                .description("Streams that were opened; those that are open and those that ended add up to it")
                .register(made);
        Stream.concat(Stream.of("end", "gone"), Stream.of(Code.values()).map(Code::toString))
                .forEach(how -> FunctionCounter.builder("weir.streams.ended", streams, all -> count(all.endings(), how))
                        .tag("how", how)
                        .description("Streams that ended: complete, their client gone or cut, or stopped with a code")
                        .register(made));
        for (Code code : Code.values()) {
            FunctionCounter.builder("weir.streams.refused", streams, all -> count(all.refusals(), code.toString()))
                    .tag("code", code.toString())
                    .description("Streams that were refused once their request had been understood")
                    .register(made);
        }
        for (Signal.Reason reason : Signal.Reason.values()) {
            boolean unencodable = reason == Signal.Reason.UNENCODABLE;
            FunctionCounter.builder(
                            "weir.gaps",
                            streams,
                            all -> unencodable ? Delivery.unencodable() : count(all.gaps(), reason.toString()))
                    .tag("reason", reason.toString())
                    .description("Gaps that subscribers were told of")
                    .register(made);
        }
        FunctionCounter.builder("weir.events.superseded", streams, Sources::superseded)
                .description("Events left out under slow=conflate, on streams that have ended")
                .register(made);
        Gauge.builder("weir.cluster.available", catalogue, offered -> offered.available() ? 1 : 0)
                .description("1 while the Kafka cluster answers, else 0")
                .register(made);
        FunctionCounter.builder("weir.access.log.dropped", log, AccessLog::droppedEver)
                .description("Entries of the access log that were dropped")
                .register(made);
        FunctionCounter.builder("weir.sse.types.left.out", this, any -> SseService.typesLeftOut())
                .description("Events that were sent over SSE without a type, since SSE cannot carry theirs")
                .register(made);
        FunctionCounter.builder("weir.kafka.history.portions", catalogue, offered -> count(offered, Cluster::portions))
                .description("Portions of history that were read for subscribers whom memory could not serve")
                .register(made);
        FunctionCounter.builder("weir.kafka.unreadable", catalogue, offered -> count(offered, Cluster::unreadable))
                .description("Batches of Kafka topics that could not be read and were told as gaps")
                .register(made);
        new JvmMemoryMetrics().bindTo(made);
        new JvmThreadMetrics().bindTo(made);
        return new Scraped(
                made,
                MultiGauge.builder("weir.topic.lag.records")
                        .description("Committed records of a topic that is being read, and that have not been read yet")
                        .register(made),
                MultiGauge.builder("weir.topic.open.transaction.records")
                        .description("Records of a topic that is being read, held back by open transactions")
                        .register(made));
    }

    private static double count(Catalogue offered, ToLongFunction<Cluster> figure) {
        return offered.attached().map(figure::applyAsLong).orElse(0L);
    }

    private static double count(Map<String, Long> counts, String word) {
        return counts.getOrDefault(word, 0L);
    }
}
