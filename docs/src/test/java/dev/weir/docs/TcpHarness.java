package dev.weir.docs;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Endpoint;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.tck.Reception;
import dev.weir.tck.TransportHarness;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

// snippet:harness
/** Speaks the protocol as its documentation has it, and does not know the codec. */
final class TcpHarness implements TransportHarness {

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public Map<String, String> waivers() {
        return Map.of("i3_", "the protocol has no credentials");
    }

    @Override
    public Endpoint open(EventSource source) throws IOException {
        return new TcpTransport().open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Endpoint open(EventSource source, Duration maxWriteStall) throws IOException {
        return new TcpTransport(maxWriteStall).open(source, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public Reception connect(InetSocketAddress address, String nameAndQuery, Map<String, String> headers)
            throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        String last = headers.get("last-event-id");
        String request = nameAndQuery + (last == null ? "" : " " + last) + "\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String[] first = fields(in.readLine());
        if (!first[0].equals("open")) {
            socket.close();
            throw new Refusal(code(first[1]), text(first[3]), Duration.ofMillis(Long.parseLong(first[2])));
        }
        Reception reception = new Reception(text(first[1]), socket);
        reception.received(signal(first));
        Thread.ofVirtual().name("tcp-client").start(() -> read(in, reception));
        return reception;
    }

    private static void read(BufferedReader in, Reception reception) {
        boolean complete = false;
        try (in) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Signal signal = signal(fields(line));
                complete = signal instanceof Signal.End;
                reception.received(signal);
            }
            reception.ended(complete);
        } catch (IOException cut) {
            reception.ended(false);
        }
    }

    private static Signal signal(String[] line) {
        String id = text(line[1]);
        return switch (line[0]) {
            case "open" -> new Signal.Open(id, List.of());
            case "event" -> {
                Bytes type = bytes(line[2]);
                String name = type == null ? null : type.toText();
                yield new Event(id, 0, 0, number(line[4]), name, bytes(line[3]), List.of(), bytes(line[5]))
                        .joined(text(line[6]), id);
            }
            case "heartbeat" -> new Signal.Heartbeat(id, number(line[2]));
            case "gap" -> {
                Signal.Reason reason = Signal.Reason.valueOf(constant(line[2]));
                OptionalLong count = line[6].equals("%") ? OptionalLong.empty() : OptionalLong.of(number(line[6]));
                yield new Signal.Gap(
                        id,
                        reason,
                        Math.toIntExact(number(line[3])),
                        number(line[4]),
                        number(line[5]),
                        count,
                        text(line[7]));
            }
            case "stop" -> new Signal.Stop(id, code(line[2]), text(line[4]), Duration.ofMillis(number(line[3])));
            case "end" -> new Signal.End(id, number(line[2]));
            default -> throw new AssertionError("no signal: " + line[0]);
        };
    }
    // end:harness

    private static String[] fields(@Nullable String line) throws IOException {
        if (line == null) {
            throw new IOException("the server closed the connection without an answer");
        }
        return line.split("\t", -1);
    }

    private static long number(String field) {
        return Long.parseLong(field);
    }

    private static Code code(String word) {
        return Code.valueOf(constant(word));
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String text(String field) {
        Bytes bytes = bytes(field);
        return bytes == null ? "" : bytes.toText();
    }

    private static @Nullable Bytes bytes(String field) {
        if (field.equals("%")) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '%') {
                bytes.write(Integer.parseInt(field, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(field.charAt(i));
            }
        }
        return Bytes.owned(bytes.toByteArray());
    }
}
