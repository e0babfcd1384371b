package dev.weir.docs;

import dev.weir.Bytes;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

// snippet:codec
/**
 * One signal a line: its name and its fields with tabs between. Bytes that are no plain text are {@code %XX}; a lone % is
 * no value.
 */
enum LineCodec implements Codec {
    INSTANCE;

    @Override
    public String mediaType() {
        return "text/tab-separated-values;charset=us-ascii";
    }

    @Override
    public Bytes encode(Signal signal) {
        return switch (signal) {
            case Event event ->
                line("event", event.id(), event.type(), event.key(), event.timeMillis(), event.data(), event.topic());
            case Signal.Open open -> line("open", open.id());
            case Signal.Heartbeat heartbeat -> line("heartbeat", heartbeat.id(), heartbeat.superseded());
            case Signal.Gap gap -> {
                Long count = gap.count().isPresent() ? gap.count().getAsLong() : null;
                yield line("gap", gap.id(), gap.reason(), gap.partition(), gap.from(), gap.to(), count, gap.topic());
            }
            case Signal.Stop stop ->
                line("stop", stop.id(), stop.code(), stop.retryAfter().toMillis(), stop.message());
            case Signal.End end -> line("end", end.id(), end.events());
        };
    }

    static Bytes refusal(Refusal why) {
        return line("no", why.code(), why.retryAfter().toMillis(), why.getMessage());
    }

    private static Bytes line(String name, @Nullable Object... fields) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        line.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        for (Object field : fields) {
            line.write('\t');
            write(line, field);
        }
        line.write('\n');
        return Bytes.owned(line.toByteArray());
    }

    private static void write(ByteArrayOutputStream line, @Nullable Object field) {
        if (field == null) {
            line.write('%');
            return;
        }
        Bytes bytes = field instanceof Bytes raw ? raw : Bytes.utf8(field.toString());
        for (int i = 0; i < bytes.length(); i++) {
            byte octet = bytes.at(i);
            if (octet >= ' ' && octet < 0x7f && octet != '%') {
                line.write(octet);
            } else {
                line.write('%');
                line.writeBytes(HexFormat.of().toHexDigits(octet).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
// end:codec
