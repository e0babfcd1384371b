package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void figuresOfThisHostAreReal() throws Exception {
        SystemFigures figures = new SystemFigures();
        figures.next();
        JsonNode figure = JSON.readTree(figures.next().data().toText());

        assertThat(figure.path("cpu").path("cores").asInt())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(figure.path("memory").path("availableBytes").asLong())
                .isPositive()
                .isLessThanOrEqualTo(figure.path("memory").path("totalBytes").asLong());
        assertThat(figure.path("network").path("receivedBytesPerSecond").asLong(-1))
                .isNotNegative();
    }

    @Test
    void theClocksPlacesFallIntoAllPartitions() throws Exception {
        Clock clock = new Clock();
        Set<Integer> partitions = new HashSet<>();
        for (int i = 0; i < Clock.PARTITIONS; i++) {
            var tick = clock.next();
            byte[] key = tick.key().toArray();
            assertThat(JSON.readTree(tick.data().toText()).path("place").asText())
                    .isEqualTo(new String(key, StandardCharsets.UTF_8));
            partitions.add(Utils.toPositive(Utils.murmur2(key)) % Clock.PARTITIONS);
        }
        assertThat(partitions).containsExactlyInAnyOrder(0, 1, 2);
    }
}
