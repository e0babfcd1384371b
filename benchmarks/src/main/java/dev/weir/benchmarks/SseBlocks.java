package dev.weir.benchmarks;

/** Blocks of server-sent events. */
final class SseBlocks extends Frames {

    private static final byte[] ID = ascii("id:");
    private static final byte[] EVENT = ascii("event:");
    private static final byte[] DATA = ascii("data:");
    private static final byte[] OURS = ascii("stream-");

    private int idFrom;
    private int idTo;
    private int typeFrom;
    private int typeTo;
    private int dataFrom;
    private int dataTo;

    @Override
    String mediaType() {
        return "text/event-stream";
    }

    @Override
    int read(byte[] b, int from, int to, Subscriber subscriber) {
        int block = from;
        int line = from;
        forget();
        for (int feed = find((byte) '\n', b, line, to); feed >= 0; feed = find((byte) '\n', b, line, to)) {
            int end = lineEnd(b, line, feed);
            if (end == line) {
                tell(b, subscriber);
                forget();
                block = feed + 1;
            } else {
                field(b, line, end);
            }
            line = feed + 1;
        }
        return block;
    }

    private void forget() {
        idFrom = -1;
        typeFrom = -1;
        dataFrom = -1;
    }

    private void field(byte[] b, int from, int to) {
        if (starts(DATA, b, from, to)) {
            dataFrom = value(b, from + DATA.length, to);
            dataTo = to;
        } else if (starts(ID, b, from, to)) {
            idFrom = value(b, from + ID.length, to);
            idTo = to;
        } else if (starts(EVENT, b, from, to)) {
            typeFrom = value(b, from + EVENT.length, to);
            typeTo = to;
        }
    }

    private static int value(byte[] b, int from, int to) {
        return from < to && b[from] == ' ' ? from + 1 : from;
    }

    private void tell(byte[] b, Subscriber subscriber) {
        if (dataFrom >= 0) {
            if (typeFrom >= 0 && starts(OURS, b, typeFrom, typeTo)) {
                subscriber.told(text(b, typeFrom + OURS.length, typeTo), text(b, dataFrom, dataTo));
            } else {
                subscriber.event(b, dataFrom, dataTo);
            }
        }
        if (idFrom >= 0) {
            subscriber.at(b, idFrom, idTo);
        }
    }
}
