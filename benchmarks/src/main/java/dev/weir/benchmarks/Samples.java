package dev.weir.benchmarks;

import dev.weir.Bytes;
import dev.weir.Event;

/** Events such as a shop's topic has them: JSON of 121 bytes. */
final class Samples {

    static final Bytes ORDER = Bytes.utf8(
            "{\"order\":4711,\"customer\":\"c-20391\",\"status\":\"packed\",\"lines\":[{\"sku\":\"A-17\",\"n\":2},"
                    + "{\"sku\":\"B-03\",\"n\":1}],\"total\":\"89.90\"}");

    private Samples() {}

    static Event order() {
        return Event.of("order", ORDER);
    }
}
