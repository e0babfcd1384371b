package dev.weir.benchmarks;

import java.util.Locale;

/** Numbers as people read them. */
final class Text {

    private static final int THREE_DIGITS = 100;

    private Text() {}

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** Three digits that count, or all of a large number. */
    static String number(double value) {
        double size = Math.abs(value);
        String form = size >= THREE_DIGITS || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
