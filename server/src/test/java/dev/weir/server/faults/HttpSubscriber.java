package dev.weir.server.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What both HTTP formats have in common: the request, refusals, the lines, and the JSON of control signals. */
abstract class HttpSubscriber extends Subscriber {

    static final ObjectMapper JSON = new ObjectMapper();

    private final String base;
    private final String path;
    private final String accept;
    private volatile @Nullable Socket socket;

    HttpSubscriber(String name, String base, Wish wish, String path, String accept) {
        super(name, wish);
        this.base = base;
        this.path = path + wish.topic() + "?" + wish.parameters();
        this.accept = accept;
    }

    /** One line, without its end. */
    abstract void line(String line);

    @Override
    Entry.Disconnected read(@Nullable String after) throws IOException, InterruptedException {
        try (Socket present = HttpAnswer.connect(base, wish.receiveBuffer())) {
            socket = present;
            HttpAnswer.ask(present, path, accept, after);
            HttpAnswer answer = HttpAnswer.to(present);
            String wait = answer.headers.get("retry-after");
            if (answer.status != 200) {
                int length = Integer.parseInt(answer.headers.getOrDefault("content-length", "0"));
                JsonNode problem = JSON.readTree(new String(answer.body.readNBytes(length), StandardCharsets.UTF_8));
                diary.add(new Entry.Refused(
                        System.nanoTime(),
                        String.valueOf(answer.status),
                        problem.path("code").asText(),
                        wait != null));
                retry(wait == null ? 0 : Long.parseLong(wait) * 1_000);
                return new Entry.Disconnected(System.nanoTime(), "refused", false);
            }
            diary.add(new Entry.Connected(System.nanoTime(), after));
            lines(answer.body);
            return new Entry.Disconnected(System.nanoTime(), "last chunk", true);
        }
    }

    private void lines(InputStream body) throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        byte[] buffer = new byte[8192];
        boolean carriageReturn = false;
        reading.await();
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            for (int i = 0; i < read; i++) {
                byte octet = buffer[i];
                if (octet == '\n' && carriageReturn) {
                    carriageReturn = false;
                } else if (octet == '\n' || octet == '\r') {
                    carriageReturn = octet == '\r';
                    line(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else {
                    carriageReturn = false;
                    line.write(octet);
                }
            }
            reading.await();
        }
    }

    /** A control signal by its name, such as {@code gap}. */
    final void control(String name, String id, JsonNode fields) {
        long now = System.nanoTime();
        switch (name) {
            case "open" -> diary.add(new Entry.Opened(now, id));
            case "heartbeat" -> diary.add(new Entry.Heartbeat(now, id));
            case "gap" ->
                diary.add(new Entry.Gap(
                        now,
                        id,
                        fields.path("reason").asText(),
                        fields.path("partition").asInt(),
                        fields.path("from").asLong(),
                        fields.path("to").asLong()));
            case "stop" -> {
                long millis = fields.path("retryAfterMs").asLong();
                diary.add(new Entry.Stop(
                        now,
                        id,
                        fields.path("code").asText(),
                        fields.path("retryable").asBoolean(),
                        millis));
                retry(millis);
            }
            case "end" -> diary.add(new Entry.End(now, id, fields.path("events").asLong(-1)));
            default -> throw new IllegalStateException("no such control signal: " + name);
        }
    }

    @Override
    void disconnect() {
        Socket present = socket;
        try {
            if (present != null) {
                present.close();
            }
        } catch (IOException gone) {
            // closed all the same
        }
    }
}
