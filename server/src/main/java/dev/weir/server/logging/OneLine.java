package dev.weir.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;

/**
 * Logback's {@code %oneline(...)}: one event is one line whatever it says. Control characters, line separators and characters that
 * turn the direction of text are written as in a JSON string, which the result can also stand in.
 */
public final class OneLine extends CompositeConverter<ILoggingEvent> {

    private static final int LONGEST = 16_384;

    /** Made by Logback. */
    public OneLine() {}

    @Override
    protected String transform(ILoggingEvent event, String text) {
        return escaped(text);
    }

    static String escaped(String text) {
        String stripped = text.strip();
        StringBuilder line = new StringBuilder(stripped.length() + 16);
        int length = Math.min(stripped.length(), LONGEST);
        for (int i = 0; i < length; i++) {
            char c = stripped.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                default -> {
                    if (hidden(c)) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        return length < stripped.length() ? line.append("...").toString() : line.toString();
    }

    private static boolean hidden(char c) {
        return Character.isISOControl(c)
                || c == '\u2028'
                || c == '\u2029'
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.FORMAT;
    }
}
