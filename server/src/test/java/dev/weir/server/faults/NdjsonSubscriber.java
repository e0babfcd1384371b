package dev.weir.server.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/** Lines of JSON with envelopes. */
final class NdjsonSubscriber extends HttpSubscriber {

    NdjsonSubscriber(String name, String base, Wish wish) {
        super(name, base, wish, "/streams/", "application/x-ndjson");
    }

    @Override
    void line(String line) {
        if (line.isEmpty()) {
            diary.add(new Entry.Heartbeat(System.nanoTime(), null));
            return;
        }
        try {
            JsonNode json = JSON.readTree(line);
            String id = json.path("id").asText();
            if (json.has("control")) {
                control(json.path("control").asText(), id, json);
            } else {
                diary.add(new Entry.Got(System.nanoTime(), id, Stamp.of(json.get("data"))));
            }
        } catch (JsonProcessingException torn) {
            diary.add(new Entry.Got(System.nanoTime(), null, null));
        }
    }
}
