package dev.weir;

import java.util.Locale;

/** How constants are written on the wire and in parameters: {@code LOG_TRUNCATED} as {@code log-truncated}. */
final class Words {

    private Words() {}

    static String ofConstant(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
