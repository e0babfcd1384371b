package dev.weir.benchmarks;

/** Lines of JSON, with an envelope or without. */
final class NdjsonLines extends Frames {

    private static final byte[] CONTROL = ascii("{\"control\":\"");
    private static final byte[] BARE = ascii("{\"ts\":");
    private static final byte[] ID = ascii("\"id\":\"");
    private static final byte[] DATA = ascii("\"data\":");

    @Override
    String mediaType() {
        return "application/x-ndjson";
    }

    @Override
    int read(byte[] b, int from, int to, Subscriber subscriber) {
        int line = from;
        for (int feed = find((byte) '\n', b, line, to); feed >= 0; feed = find((byte) '\n', b, line, to)) {
            int end = lineEnd(b, line, feed);
            if (end > line) {
                tell(b, line, end, subscriber);
            }
            line = feed + 1;
        }
        return line;
    }

    private static void tell(byte[] b, int from, int to, Subscriber subscriber) {
        if (starts(BARE, b, from, to)) {
            subscriber.event(b, from, to);
            return;
        }
        boolean control = starts(CONTROL, b, from, to);
        int field = from + 1;
        if (control) {
            int name = from + CONTROL.length;
            int quote = quote(b, name, to);
            subscriber.told(text(b, name, quote), text(b, from, to));
            field = quote + 2;
        }
        if (starts(ID, b, field, to)) {
            int id = field + ID.length;
            int quote = quote(b, id, to);
            subscriber.at(b, id, quote);
            field = quote + 2;
        }
        if (!control) {
            int data = data(b, field, to);
            subscriber.event(b, data, end(b, data, to));
        }
    }

    private static int quote(byte[] b, int from, int to) {
        return Math.max(from, find((byte) '"', b, from, to));
    }

    private static int data(byte[] b, int from, int to) {
        int at = find((byte) '"', b, from, to);
        while (at >= 0 && !starts(DATA, b, at, to)) {
            at = find((byte) '"', b, at + 1, to);
        }
        return at < 0 ? to : at + DATA.length;
    }

    /** Mostly the data come last. Headers may follow, an array; data that are measured hold no brace but their own. */
    private static int end(byte[] b, int data, int to) {
        if (data < to - 1 && b[to - 2] == '}') {
            return to - 1;
        }
        int brace = find((byte) '}', b, data, to);
        return brace < 0 ? to : brace + 1;
    }
}
