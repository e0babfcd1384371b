package dev.weir.benchmarks;

import dev.weir.transport.grpc.v1.Gap;
import dev.weir.transport.grpc.v1.SubscribeResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Messages {@code weir.v1.SubscribeResponse}: an event is read in place, what else there is by the generated class. */
final class GrpcMessages {

    private static final int LENGTH_DELIMITED = 2;
    private static final int EVENT = SubscribeResponse.EVENT_FIELD_NUMBER * 8 + LENGTH_DELIMITED;
    private static final int ID = dev.weir.transport.grpc.v1.Event.ID_FIELD_NUMBER * 8 + LENGTH_DELIMITED;
    private static final int DATA = dev.weir.transport.grpc.v1.Event.DATA_FIELD_NUMBER * 8 + LENGTH_DELIMITED;

    private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[64 << 10]);

    private int at;

    /** Tells a subscriber a message, and gives its length. */
    int read(InputStream message, Subscriber subscriber) throws IOException {
        byte[] b = BUFFER.get();
        int length = message.readNBytes(b, 0, b.length);
        while (length == b.length) {
            b = Arrays.copyOf(b, 2 * length);
            BUFFER.set(b);
            length += message.readNBytes(b, length, length);
        }
        at = 0;
        if (length > 0 && b[0] == EVENT) {
            at = 1;
            varint(b);
            event(b, length, subscriber);
        } else {
            told(SubscribeResponse.parseFrom(Arrays.copyOf(b, length)), subscriber);
        }
        return length;
    }

    private void event(byte[] b, int to, Subscriber subscriber) {
        int idFrom = 0;
        int idTo = 0;
        int dataFrom = to;
        int dataTo = to;
        while (at < to) {
            int tag = varint(b);
            if ((tag & 7) != LENGTH_DELIMITED) {
                break;
            }
            int size = varint(b);
            if (tag == ID) {
                idFrom = at;
                idTo = at + size;
            } else if (tag == DATA) {
                dataFrom = at;
                dataTo = at + size;
            }
            at += size;
        }
        subscriber.event(b, dataFrom, Math.min(to, dataTo));
        if (idTo > idFrom) {
            subscriber.at(b, idFrom, idTo);
        }
    }

    private int varint(byte[] b) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte octet = b[at++];
            value |= (octet & 0x7f) << shift;
            if (octet >= 0) {
                return value;
            }
        }
    }

    private static void told(SubscribeResponse signal, Subscriber subscriber) {
        switch (signal.getSignalCase()) {
            case OPEN -> subscriber.at(signal.getOpen().getId());
            case HEARTBEAT -> subscriber.at(signal.getHeartbeat().getId());
            case GAP -> {
                Gap gap = signal.getGap();
                subscriber.gap(gap.hasCount() ? gap.getCount() : Subscriber.UNKNOWN);
                subscriber.at(gap.getId());
            }
            case STOP -> {
                subscriber.stop(signal.getStop().getCode(), signal.getStop().getRetryAfterMs());
                subscriber.at(signal.getStop().getId());
            }
            case END -> subscriber.end();
            default -> {
                // a signal that is not known yet
            }
        }
    }
}
