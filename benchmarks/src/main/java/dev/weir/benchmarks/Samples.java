package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Event;

/** Events such as a shop's topic and its table have them: JSON of 121 bytes each. */
final class Samples {

    static final Bytes ORDER = Bytes.utf8(
            "{\"order\":4711,\"customer\":\"c-20391\",\"status\":\"packed\",\"lines\":[{\"sku\":\"A-17\",\"n\":2},"
                    + "{\"sku\":\"B-03\",\"n\":1}],\"total\":\"89.90\"}");

    private static final Bytes ROW = Bytes.utf8("[4711,\"c-20391\",\"packed\",\"A-17\",2,\"B-03\",1,\"89.90\","
            + "\"2026-01-31T12:00:00Z\",\"leave it with the neighbours, please!!!!!!!!\"]");

    private Samples() {}

    static Event order() {
        return Event.of("order", ORDER);
    }

    /** A row of as many bytes. */
    static Event row() {
        return Event.of("row", ROW);
    }
}
