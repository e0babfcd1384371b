package dev.weir.benchmarks;

import java.util.List;

/**
 * What some repetitions say of a figure: their median, and where their mean lies with a confidence of 95 percent, by Student's t.
 * One repetition has no interval, and says nothing about any other.
 *
 * @param low NaN if there was one repetition only, as is {@code high}
 */
record Interval(double median, double low, double high) {

    /** Two-sided 95 percent, by degrees of freedom from 1 on. */
    private static final double[] STUDENT = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131
    };

    private static final double NORMAL = 1.960;

    /** @param values one or more */
    static Interval of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        if (n == 1) {
            return new Interval(median, Double.NaN, Double.NaN);
        }
        double mean = 0;
        for (double value : sorted) {
            mean += value / n;
        }
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        double t = n - 2 < STUDENT.length ? STUDENT[n - 2] : NORMAL;
        double half = t * Math.sqrt(squares / (n - 1) / n);
        return new Interval(median, mean - half, mean + half);
    }

    /** In the middle of the bounds; without such it is the one value. */
    double mean() {
        return bounded() ? (low + high) / 2 : median;
    }

    /** Whether there are bounds at all. */
    boolean bounded() {
        return !Double.isNaN(low);
    }

    /** Whether all of it lies above the other; never without bounds. */
    boolean above(Interval other) {
        return low > other.high;
    }

    /** Whether the two can't be told from one another. */
    boolean overlaps(Interval other) {
        return !above(other) && !other.above(this);
    }
}
