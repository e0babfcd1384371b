package dev.weir.server.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** What a record of the producer says of itself: a number of its own within its partition, and a checksum over all of it. */
record Stamp(int partition, long seq) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAD = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(32);

    /** The value of a record, of about so many bytes. */
    String value(int size) {
        StringBuilder pad = new StringBuilder(size);
        int start = (int) (seq % 36);
        while (pad.length() < size - 50) {
            pad.append(PAD, start, Math.min(PAD.length(), start + size - 50 - pad.length()));
        }
        String text = pad.toString();
        return "{\"p\":" + partition + ",\"seq\":" + seq + ",\"len\":" + text.length() + ",\"crc\":" + crc(text)
                + ",\"pad\":\"" + text + "\"}";
    }

    /** The stamp of an event's data; null if a byte of it is missing, changed or too many. */
    static @Nullable Stamp of(String data) {
        try {
            return of(JSON.readTree(data));
        } catch (IOException torn) {
            return null;
        }
    }

    static @Nullable Stamp of(@Nullable JsonNode data) {
        if (data == null || !data.path("seq").isIntegralNumber()) {
            return null;
        }
        Stamp stamp = new Stamp(data.path("p").asInt(-1), data.path("seq").asLong());
        String pad = data.path("pad").asText();
        boolean whole = pad.length() == data.path("len").asInt(-1)
                && stamp.crc(pad) == data.path("crc").asLong(-1);
        return whole ? stamp : null;
    }

    private long crc(String pad) {
        CRC32 crc = new CRC32();
        crc.update((partition + ":" + seq + ":" + pad).getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    @Override
    public String toString() {
        return partition + "/" + seq;
    }
}
