package dev.weir.transport.chunked;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One flat JSON object as a client reads it: strings and numbers as text, what is nested left out, null as absent. */
final class JsonText {

    private JsonText() {}

    static Map<String, String> object(String json) {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new AssertionError("no object: " + json);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value.isStructStart()) {
                    parser.skipChildren();
                } else if (value != JsonToken.VALUE_NULL) {
                    members.put(name, parser.getText());
                }
            }
            return members;
        } catch (IOException malformed) {
            throw new AssertionError("no JSON: " + json, malformed);
        }
    }
}
