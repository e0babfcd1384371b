package dev.weir.benchmarks;

import java.util.Locale;

/** Numbers as people read them. */
final class Text {

    private static final int THREE_DIGITS = 100;

    private Text() {}

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** A figure in the unit that its name ends with. */
    static String figure(String name, double value) {
        if (name.endsWith("Us")) {
            return Math.abs(value) >= 1_000 ? number(value / 1_000) + " ms" : number(value) + " us";
        }
        if (name.endsWith("Bytes")) {
            double size = Math.abs(value);
            return size >= 1 << 20
                    ? number(value / (1 << 20)) + " MiB"
                    : size >= 1 << 10 ? number(value / (1 << 10)) + " KiB" : number(value) + " B";
        }
        return number(value);
    }

    /** Three digits that count, or all of a large number. */
    static String number(double value) {
        double size = Math.abs(value);
        String form = size >= THREE_DIGITS || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
