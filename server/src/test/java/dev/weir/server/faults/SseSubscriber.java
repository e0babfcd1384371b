package dev.weir.server.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Server-sent events, read as the WHATWG's standard says (section 9.2.6), and comments noted as signs of life. */
final class SseSubscriber extends HttpSubscriber {

    private @Nullable String id;
    private String type = "";
    private @Nullable StringBuilder data;
    private boolean opened;
    private boolean idInBlock;

    SseSubscriber(String name, String base, Wish wish) {
        super(name, base, wish, "/events/", "text/event-stream");
    }

    @Override
    Entry.Disconnected read(@Nullable String after) throws IOException, InterruptedException {
        id = null;
        type = "";
        data = null;
        opened = false;
        idInBlock = false;
        return super.read(after);
    }

    @Override
    void line(String line) {
        if (line.isEmpty()) {
            dispatch();
            return;
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1 + (line.startsWith(" ", colon + 1) ? 1 : 0));
        switch (field) {
            case "id" -> {
                id = value;
                idInBlock = true;
            }
            case "event" -> type = value;
            case "data" -> data = (data == null ? new StringBuilder() : data.append('\n')).append(value);
            case "retry" -> retry(Long.parseLong(value));
            default -> {}
        }
    }

    private void dispatch() {
        String last = id == null ? "" : id;
        if (type.startsWith("stream-")) {
            try {
                control(type.substring(7), last, JSON.readTree(String.valueOf(data)));
            } catch (JsonProcessingException torn) {
                diary.add(new Entry.Got(System.nanoTime(), last, null));
            }
        } else if (data != null) {
            diary.add(new Entry.Got(System.nanoTime(), last, Stamp.of(data.toString())));
        } else if (!opened) {
            diary.add(new Entry.Opened(System.nanoTime(), last));
        } else {
            diary.add(new Entry.Heartbeat(System.nanoTime(), idInBlock ? last : null));
        }
        opened = true;
        type = "";
        data = null;
        idInBlock = false;
    }
}
