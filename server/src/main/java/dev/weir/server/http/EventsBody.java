package dev.weir.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.server.topics.Catalogue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events in the body of a publish request. Data stay the bytes that they were in the body. */
final class EventsBody {

    private static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private EventsBody() {}

    /** The body is one event's data. */
    static List<Event> whole(byte[] body, @Nullable String key, @Nullable String type) {
        return List.of(event(Bytes.owned(body), key, type));
    }

    /** Each line that is not empty is an event's data. */
    static List<Event> lines(byte[] body, @Nullable String key, @Nullable String type) {
        return split(body).stream()
                .map(line -> event(Bytes.owned(line.bytes()), key, type))
                .toList();
    }

    /** Each line that is not empty is an object with data, key and type. */
    static List<Event> envelopes(byte[] body, @Nullable String key, @Nullable String type) {
        return split(body).stream().map(line -> envelope(line, key, type)).toList();
    }

    private static Event event(Bytes data, @Nullable String key, @Nullable String type) {
        return Event.of(type, data).withKey(key == null ? null : Bytes.utf8(key));
    }

    private static List<Line> split(byte[] body) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (int start = 0; start < body.length; ) {
            number++;
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            int last = end > start && body[end - 1] == '\r' ? end - 1 : end;
            if (last > start) {
                Catalogue.requireBatch(lines.size() + 1);
                lines.add(new Line(number, Arrays.copyOfRange(body, start, last)));
            }
            start = end + 1;
        }
        return lines;
    }

    private static Event envelope(Line line, @Nullable String key, @Nullable String type) {
        try (JsonParser parser = JSON.createParser(line.bytes())) {
            return new Envelope(line, parser, key, type).read();
        } catch (IOException malformed) {
            throw line.refusal("no JSON object");
        }
    }

    record Line(int number, byte[] bytes) {
        Refusal refusal(String why) {
            return new Refusal(Code.BAD_REQUEST, "line " + number + ": " + why);
        }
    }
}
