package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.tck.Probe;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ReportTest {

    private final Report report = new Report();

    @Test
    void aRowIsAJsonArrayUnderItsColumns() {
        Cursor cursor = Streams.open(report, "?rows=3", "");
        assertThat(cursor.columns()).containsExactly("id", "day", "product", "pieces", "price");
        assertThat(Streams.all(cursor))
                .containsExactly(
                        "[1,\"2026-01-02\",\"oar\",63,47.29]",
                        "[2,\"2026-01-03\",\"rope\",28,94.58]",
                        "[3,\"2026-01-04\",\"anchor\",90,141.87]");
    }

    @Test
    void itGoesOnBehindTheIdOfARow() {
        List<String> all = Streams.all(Streams.open(report, "?rows=1000", ""));
        assertThat(all).hasSize(1000);
        assertThat(Streams.all(Streams.open(report, "?rows=1000&after=report.990", "")))
                .isEqualTo(all.subList(990, 1000));
        assertThat(Streams.all(Streams.open(report, "?rows=1000&after=report.1000", "")))
                .isEmpty();
    }

    @Test
    void noRowsAreAnEmptyExport() {
        assertThat(Streams.all(Streams.open(report, "?rows=0", ""))).isEmpty();
    }

    @Test
    void aClientMayLeaveLongBeforeTheEnd() {
        try (Probe probe = Probe.open(report, "demo")) {
            assertThat(probe.next(Event.class).data()).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?rows=-1",
                "?rows=1000001",
                "?rows=x",
                "?row=1",
                "?after=other.1",
                "?rows=3&after=report.4",
                "?after=report.0",
                "?from=last:3",
                "?until=latest"
            })
    void whatIsNotAllowedIsRefused(String query) {
        Streams.assertRefused(report, query, "");
    }
}
