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
            if (feed > line) {
                tell(b, line, feed, subscriber);
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
        int rest = from + 1;
        if (starts(CONTROL, b, from, to)) {
            int name = from + CONTROL.length;
            int quote = find((byte) '"', b, name, to);
            subscriber.told(text(b, name, Math.max(name, quote)), text(b, from, to));
            rest = Math.max(name, quote) + 2;
        } else {
            int data = data(b, from, to);
            subscriber.event(b, data, end(b, data, to));
        }
        if (starts(ID, b, rest, to)) {
            int id = rest + ID.length;
            subscriber.at(b, id, Math.max(id, find((byte) '"', b, id, to)));
        }
    }

    private static int data(byte[] b, int from, int to) {
        int at = find((byte) '"', b, from, to);
        while (at >= 0 && !starts(DATA, b, at, to)) {
            at = find((byte) '"', b, at + 1, to);
        }
        return at < 0 ? to : at + DATA.length;
    }

    /** Data that are measured hold no brace but their own. */
    private static int end(byte[] b, int data, int to) {
        int brace = find((byte) '}', b, data, to);
        return brace < 0 ? to : brace + 1;
    }
}
