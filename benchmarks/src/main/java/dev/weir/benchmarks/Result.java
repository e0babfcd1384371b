package dev.weir.benchmarks;

import java.util.List;

/**
 * What one run has shown.
 *
 * @param seconds how long was measured
 * @param figures what was measured
 * @param failures why the run proves nothing but a fault; empty if all arrived as it should
 * @param notes what a reader of the figures has to know
 * @param steps memory at several counts of idle connections, if that was asked
 * @param partial whether it was interrupted
 */
record Result(
        Plan plan,
        double seconds,
        Figures figures,
        List<String> failures,
        List<String> notes,
        List<Step> steps,
        boolean partial) {

    /**
     * Memory with so many idle connections.
     *
     * @param heapBytes after a full collection; negative if it could not be asked
     */
    record Step(int connections, long rssBytes, long heapBytes) {}
}
