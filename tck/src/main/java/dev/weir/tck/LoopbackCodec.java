package dev.weir.tck;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The loopback's format: every signal as the JDK's data streams write it. */
final class LoopbackCodec implements Codec {

    static final LoopbackCodec INSTANCE = new LoopbackCodec();

    private LoopbackCodec() {}

    @Override
    public String mediaType() {
        return "application/octet-stream";
    }

    @Override
    public Bytes encode(Signal signal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(signal.getClass().getSimpleName());
            out.writeUTF(signal.id());
            switch (signal) {
                case Event event -> write(out, event);
                case Signal.Open open -> {}
                case Signal.Heartbeat heartbeat -> out.writeLong(heartbeat.superseded());
                case Signal.Gap gap -> {
                    out.writeUTF(gap.reason().name());
                    out.writeInt(gap.partition());
                    out.writeLong(gap.from());
                    out.writeLong(gap.to());
                    out.writeLong(gap.count().orElse(-1));
                    out.writeUTF(gap.topic());
                }
                case Signal.Stop stop -> {
                    out.writeUTF(stop.code().name());
                    out.writeUTF(stop.message());
                    out.writeLong(stop.retryAfter().toMillis());
                }
                case Signal.End end -> out.writeLong(end.events());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.owned(bytes.toByteArray());
    }

    private static void write(DataOutputStream out, Event event) throws IOException {
        out.writeInt(event.partition());
        out.writeLong(event.offset());
        out.writeLong(event.timeMillis());
        write(out, event.type() == null ? null : Bytes.utf8(event.type()));
        write(out, event.key());
        out.writeInt(event.headers().size());
        for (Header header : event.headers()) {
            write(out, Bytes.utf8(header.name()));
            write(out, header.value());
        }
        out.writeUTF(event.topic());
        write(out, event.data());
    }

    private static void write(DataOutputStream out, @Nullable Bytes bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length());
        if (bytes != null) {
            bytes.writeTo(out);
        }
    }

    static Signal decode(Bytes frame) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.toArray()))) {
            String kind = in.readUTF();
            String id = in.readUTF();
            return switch (kind) {
                case "Event" -> event(in, id);
                case "Open" -> new Signal.Open(id, List.of());
                case "Heartbeat" -> new Signal.Heartbeat(id, in.readLong());
                case "Gap" -> gap(in, id);
                case "Stop" ->
                    new Signal.Stop(id, Code.valueOf(in.readUTF()), in.readUTF(), Duration.ofMillis(in.readLong()));
                case "End" -> new Signal.End(id, in.readLong());
                default -> throw new AssertionError("no signal: " + kind);
            };
        } catch (IOException torn) {
            throw new AssertionError("a torn frame", torn);
        }
    }

    private static Signal gap(DataInputStream in, String id) throws IOException {
        Signal.Reason reason = Signal.Reason.valueOf(in.readUTF());
        int partition = in.readInt();
        long from = in.readLong();
        long to = in.readLong();
        long count = in.readLong();
        return new Signal.Gap(
                id,
                reason,
                partition,
                from,
                to,
                count < 0 ? OptionalLong.empty() : OptionalLong.of(count),
                in.readUTF());
    }

    private static Event event(DataInputStream in, String id) throws IOException {
        int partition = in.readInt();
        long offset = in.readLong();
        long time = in.readLong();
        Bytes type = read(in);
        Bytes key = read(in);
        List<Header> headers = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            Bytes name = read(in);
            headers.add(new Header(name == null ? "" : name.toText(), read(in)));
        }
        String topic = in.readUTF();
        String name = type == null ? null : type.toText();
        return new Event(id, partition, offset, time, name, key, headers, read(in)).joined(topic, id);
    }

    private static @Nullable Bytes read(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : Bytes.owned(in.readNBytes(length));
    }
}
